import Glibc

/// The arguments and variables for starting a program, in C's form.
package enum ProgramTexts {
    /// The variables of this process, as `NAME=VALUE`.
    package static var environment: [String] {
        var variables: [String] = []
        // Safe: nothing in this program changes the environment.
        var place = unsafe environ
        while let text = unsafe place.pointee {
            variables.append(unsafe String(cString: text))
            unsafe place += 1
        }
        return variables
    }

    /// The texts in C's form: zero-ended, in an array that ends with a null; valid during the body.
    package static func withTexts<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        // Safe: every copy is freed after the body, which is the only user.
        let copies = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe copies.forEach { unsafe free($0) } }
        return unsafe copies.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
    }
}
