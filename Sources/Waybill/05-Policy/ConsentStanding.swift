/// What a person's statements mean for a message at a moment, in whatever order they arrived.
///
/// The latest statement about such a message counts, by when it was made, not by when it arrived. At the same moment a
/// revocation outranks a grant, and of two grants the one that ends earlier counts. A revocation covers all that it may
/// mean; a grant covers only what it says.
package struct ConsentStanding {
    /// Why there is no consent; nil if there is.
    package private(set) var lack: ConsentLack? = .unknown
    /// The index of the grant that counts; nil if there is none.
    package private(set) var grant: Int?
    /// When the first future grant begins; nil if there is none, or if another grant holds now.
    package private(set) var begins: Timestamp?
    /// The index of the revocation that forbids such messages even if nothing asks for consent; nil if there is none.
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
