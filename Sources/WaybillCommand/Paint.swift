import Waybill

/// Terminal colours; without them texts stay unchanged.
struct Paint {
    private let isOn: Bool

    init(_ isOn: Bool) {
        self.isOn = isOn
    }

    func bold(_ text: String) -> String { painted(text, "1") }
    func faint(_ text: String) -> String { painted(text, "2") }

    func status(_ status: Acknowledgement.Status) -> String {
        switch status {
        case .accepted: painted(status.rawValue, "32")
        case .partial: painted(status.rawValue, "33")
        case .rejected: painted(status.rawValue, "31")
        case .duplicate: painted(status.rawValue, "2")
        }
    }

    private func painted(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
