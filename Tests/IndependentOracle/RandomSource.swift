/// Pseudorandom numbers, the same for the same seed on every machine.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Mixes each value of a counter, so that neighbouring seeds give unrelated sequences.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RandomSource.stirred(state)
    }

    static func stirred(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A seed for one thing among many, independent of the order of the calls.
    static func seed(_ base: UInt64, for text: String) -> UInt64 {
        text.utf8.reduce(stirred(base &+ 1)) { stirred(($0 ^ UInt64($1)) &* 0x1000_0000_01B3) }
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func chance(_ percent: Double) -> Bool { Double.random(in: 0..<100, using: &self) < percent }

    /// One element of a list; `other` if the list is empty.
    mutating func one<Element>(of list: [Element], or other: Element) -> Element {
        list.randomElement(using: &self) ?? other
    }

    mutating func some<Element>(of list: [Element], _ count: Int) -> [Element] {
        Array(list.shuffled(using: &self).prefix(count))
    }
}
