/// Something that the program promises for any input, and did not keep for this one.
package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    static func unless(_ isKept: Bool, _ promise: @autoclosure () -> String) throws(BrokenPromise) {
        guard isKept else { throw BrokenPromise(promise()) }
    }
}
