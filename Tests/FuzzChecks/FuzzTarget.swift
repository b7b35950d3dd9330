import Waybill

/// A part of the program that reads what others wrote, and what it promises for any bytes.
///
/// libFuzzer drives these checks (`Sources/WaybillFuzz`), and `FuzzCorpusTests` repeats them for the inputs in
/// `Tests/Fuzz`, one folder for each target.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case csv, json, gzip, configuration, receipts, doors

    package func check(_ input: [UInt8]) throws(BrokenPromise) {
        var input = FuzzInput(input)
        switch self {
        case .csv: try DropPromises.check(&input, .set(.csv))
        case .json:
            let form = input.form()
            try DropPromises.check(&input, form)
        case .gzip: try GzipPromises.check(&input)
        case .configuration: try ConfigurationPromises.check(input.bytes)
        case .receipts: try ReceiptPromises.check(&input)
        case .doors: try DoorPromises.check(input.bytes)
        }
    }
}
