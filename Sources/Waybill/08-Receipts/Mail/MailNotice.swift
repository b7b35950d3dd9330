import Foundation

/// What Amazon SES tells of a mail, as the notification service of Amazon mails it: an object, or one in a text in one.
struct MailNotice: Decodable {
    struct Recipient: Decodable {
        let emailAddress: String
        let status: String?
        let diagnosticCode: String?
    }

    struct Bounce: Decodable {
        let bouncedRecipients: [Recipient]
        let timestamp: String?
    }

    struct Complaint: Decodable {
        let complainedRecipients: [Recipient]
        let timestamp: String?
    }

    struct Delivery: Decodable {
        let recipients: [String]
        let timestamp: String?
    }

    struct Field: Decodable {
        let name: String
        let value: String
    }

    struct Mail: Decodable {
        let headers: [Field]?
    }

    let bounce: Bounce?
    let complaint: Complaint?
    let delivery: Delivery?
    let mail: Mail?

    /// The notification that a notice stands in.
    private static func inner(_ data: Data, _ decoder: JSONDecoder) -> String? {
        // What has other values than texts is none.
        (try? decoder.decode([String: String].self, from: data))?["Message"]
    }

    /// Nil for a text that is none.
    init?(_ mail: String) {
        // Long lines are cut on the way: each piece but the last ends so.
        let text = mail.replacing("!\r\n ", with: "").replacing("!\n ", with: "")
        guard let start = text.firstIndex(of: "{"), text[..<start].allSatisfy(\.isWhitespace),
            let end = text.lastIndex(of: "}")
        else { return nil }
        let decoder = JSONDecoder()
        let data = Data(text[start...end].utf8)
        if let inner = Self.inner(data, decoder) {
            self.init(inner)
            return
        }
        guard let read = try? decoder.decode(Self.self, from: data),
            read.bounce != nil || read.complaint != nil || read.delivery != nil
        else { return nil }
        self = read
    }

    /// The fields of our mail, which say which message it was.
    var named: String {
        (mail?.headers ?? []).filter { ["message-id", "feedback-id"].contains($0.name.lowercased()) }.map(\.value)
            .joined(separator: " ")
    }
}
