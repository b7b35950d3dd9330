import Waybill

extension Command {
    static let version = Command(
        name: "version", group: .setUp, usage: ["version [--json]"], summary: "say which version this is", details: "",
        examples: ["waybill version"]
    ) { context in
        try context.noOperands()
        let number = WaybillVersion.number
        try context.print(context.isJSON ? "{\"version\":\"\(number)\"}\n" : "waybill \(number)\n")
        return .done
    }
}
