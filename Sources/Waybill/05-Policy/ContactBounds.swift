/// The bounds that a contact itself sets, in its columns `notbefore`, `callbackat` and `expiresat`.
package struct ContactBounds: Hashable, Sendable {
    package var notBefore: Timestamp?
    package var callbackAt: Timestamp?
    /// From this moment on it is too late.
    package var expiresAt: Timestamp?

    package init(notBefore: Timestamp? = nil, callbackAt: Timestamp? = nil, expiresAt: Timestamp? = nil) {
        self.notBefore = notBefore
        self.callbackAt = callbackAt
        self.expiresAt = expiresAt
    }

    /// The later of the two lower bounds.
    var earliest: Timestamp? {
        guard let notBefore else { return callbackAt }
        return callbackAt.map { max($0, notBefore) } ?? notBefore
    }
}
