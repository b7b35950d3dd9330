import XCTest

extension XCTestCase {
    /// The thread sanitizer makes a fork of vfork, and then the child cannot say why a program was not started.
    func skipWithoutVfork() throws {
        #if THREAD_SANITIZER
            throw XCTSkip("the thread sanitizer makes a fork of vfork")
        #endif
    }
}
