import Waybill

extension ContactPosition {
    /// Counts an attempt, as happens to a contact when its parcel is marked as leaving.
    mutating func beginAttempt() {
        attempts += 1
        stepAttempts += 1
    }
}
