/// Which messages of a batch went out: one of eight bytes for each, in order.
struct BatchDepartures {
    private let steps: [String]
    /// Record, attempt and the place of the step, from the highest bits down.
    private let places: [UInt64]

    /// - Parameter parcels: of one batch.
    init(_ parcels: [Parcel]) {
        var steps: [String] = []
        var places: [UInt64] = []
        for parcel in parcels where parcel.leftAt.milliseconds > 0 {
            let step = steps.firstIndex(of: parcel.step) ?? steps.count
            if step == steps.count { steps.append(parcel.step) }
            for contact in parcel.contacts where contact.fate == .travels {
                places.append(Self.place(contact.record, Int(contact.attempt), step))
            }
        }
        places.sort()
        self.steps = steps
        self.places = places
    }

    func have(_ reference: Reference) -> Bool {
        guard let step = steps.firstIndex(of: reference.step), reference.attempt < 1 << 16 else { return false }
        let wanted = Self.place(reference.record, reference.attempt, step)
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low] == wanted
    }

    private static func place(_ record: UInt32, _ attempt: Int, _ step: Int) -> UInt64 {
        UInt64(record) << 32 | UInt64(attempt) << 16 | UInt64(step)
    }
}
