import FuzzChecks
import Glibc

/// The target that `FUZZ` names; `Sources/README.md` says how to run it.
private let target: FuzzTarget = {
    // Safe: no other thread runs when libFuzzer hands over the first input, and the text is copied here.
    let name = unsafe getenv("FUZZ").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("set FUZZ to one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
}()

/// libFuzzer calls this with each input; a broken promise ends the process, so libFuzzer keeps the input.
private func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safe: libFuzzer's buffer holds `count` bytes until this function returns, and they are copied here.
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do throws(BrokenPromise) {
        try target.check(input)
    } catch {
        fatalError(error.description)
    }
    return 0
}

private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// libFuzzer's own main, for programs that have one (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<Arguments>, _ callback: Callback
) -> Int32

/// The package manager makes this the program's `main`.
@_cdecl("WaybillFuzz_main")
package func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    var count = count
    // Safe: both are the process's own and outlive the call.
    var arguments = unsafe arguments
    return unsafe runDriver(&count, &arguments, testOneInput)
}
