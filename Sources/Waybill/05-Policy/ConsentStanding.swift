/// What somebody's words come to for a message at a moment, in whatever order they came.
///
/// The last word counts that is about such a message: by when it was said, not by when it came. Of one moment a
/// revocation goes before a grant, and of two grants the one that ends earlier. A revocation counts for all that it may
/// mean, a grant for what it says.
package struct ConsentStanding {
    /// Why there is no consent; nil where there is.
    package private(set) var lack: ConsentLack? = .unknown
    /// The place of the grant that counts; nil where there is none.
    package private(set) var grant: Int?
    /// When the first grant begins that is to come; nil where none is, or another one holds.
    package private(set) var begins: Timestamp?
    /// The place of the revocation because of which nothing of the sort is to be sent, whoever asks for consent; nil
    /// where there is none.
    package private(set) var stop: Int?

    package init(_ words: some Collection<ConsentEntry>, for sort: MessageSort, at now: Timestamp) {
        var revoked: (place: Int, at: Timestamp)?
        var started: Timestamp?
        for (place, word) in words.enumerated() {
            switch word.action {
            case .revoke where word.scope.mayMean(sort):
                if word.at > revoked?.at ?? Timestamp(milliseconds: .min) { revoked = (place, word.at) }
            case .start: started = max(started ?? word.at, word.at)
            case .revoke, .grant: break
            }
        }
        var last: (place: Int, at: Timestamp, end: Timestamp)?
        for (place, word) in words.enumerated() where word.action == .grant && word.scope.agrees(to: sort) {
            if let revoked, word.at <= revoked.at { continue }
            if word.at > now {
                begins = min(begins ?? word.at, word.at)
                continue
            }
            let end = word.expires ?? Timestamp(milliseconds: .max)
            if let last, (word.at, last.end) <= (last.at, end) { continue }
            last = (place, word.at, end)
        }
        if let last, last.end > now {
            (lack, grant, begins) = (nil, last.place, nil)
        } else if begins != nil {
            lack = .future
        } else if last != nil {
            lack = .expired
        } else if revoked != nil {
            lack = .revoked
        }
        if let revoked, lack != nil, started.map({ $0 <= revoked.at }) ?? true { stop = revoked.place }
    }
}
