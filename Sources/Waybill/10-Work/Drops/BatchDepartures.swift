/// Which messages of a batch went out, in the order of its records and their attempts.
struct BatchDepartures {
    /// One message.
    struct Departed {
        let record: UInt32
        let attempt: Int
        let parcel: Parcel
    }

    /// The parcels that left, without their contacts.
    private let parcels: [Parcel]
    /// Record, attempt and the index of the parcel, from the highest bits down.
    private let places: [UInt64]

    /// - Parameter parcels: those of one batch.
    init(_ parcels: [Parcel]) {
        var left: [Parcel] = []
        var places: [UInt64] = []
        for parcel in parcels where parcel.leftAt.milliseconds > 0 {
            for contact in parcel.contacts where contact.fate == .travels {
                places.append(UInt64(contact.record) << 32 | UInt64(contact.attempt) << 24 | UInt64(left.count))
            }
            var parcel = parcel
            parcel.contacts = []
            left.append(parcel)
        }
        places.sort()
        self.parcels = left
        self.places = places
    }

    /// The message of a reference, compared without case, or of a token, which lacks the step.
    func message(of reference: Reference) -> Departed? {
        let step = reference.step.lowercased()
        return messages(of: reference.record).first {
            $0.attempt == reference.attempt && (step.isEmpty || $0.parcel.step.lowercased() == step)
        }
    }

    /// The messages that went out to a contact, in the order of the attempts.
    func messages(of record: UInt32) -> [Departed] {
        let wanted = UInt64(record) << 32
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return places[low...].prefix { $0 >> 32 == UInt64(record) }.map {
            Departed(record: record, attempt: Int($0 >> 24 & 0xFF), parcel: parcels[Int($0 & 0xFF_FFFF)])
        }
    }
}
