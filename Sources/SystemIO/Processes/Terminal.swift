import CShims
import Glibc

/// The terminal at the other end of an output.
package enum Terminal {
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns; 80 if it is not a terminal or does not say.
    package static func width(_ descriptor: Int32) -> Int {
        let columns = waybill_terminal_width(descriptor)
        return columns > 0 ? Int(columns) : 80
    }

    /// Lines; 24 if it is not a terminal or does not say.
    package static func height(_ descriptor: Int32) -> Int {
        let lines = waybill_terminal_height(descriptor)
        return lines > 0 ? Int(lines) : 24
    }
}
