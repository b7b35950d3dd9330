/// Real prefixes from the numbering plans of thirty-odd countries, with six or more digits left open.
///
/// Any digits may replace `#`: these mobile and fixed ranges are assigned as a whole, so the numbers are valid whether
/// a validator checks only the length or the plan.
struct PhonePatterns {
    private var bytes: [UInt8] = []
    /// For each pattern the international form, then the same without punctuation.
    private var starts: [Int32] = [0]
    let count: Int

    /// The first six open digits of a pattern give this many different numbers.
    private static let spread = 1_000_000
    /// How many different numbers `appendUnique` has: a power of two below patterns × spread.
    static let uniqueCount = 1 << 26

    init() {
        let patterns = Self.list.split(separator: "\n")
        count = patterns.count
        precondition(count * Self.spread >= Self.uniqueCount, "too few patterns for the unique numbers")
        for pattern in patterns {
            precondition(pattern.count { $0 == "#" } >= 6, "\(pattern) leaves fewer than six digits open")
            for text in [Array(pattern.utf8), pattern.utf8.filter { $0 != 0x20 && $0 != 0x2D }] {
                bytes += text
                starts.append(Int32(bytes.count))
            }
        }
    }

    /// Appends the number of a position: no two positions below `uniqueCount` have the same, whatever the rest of
    /// `random`.
    @inline(__always)
    func appendUnique(_ position: Int, _ random: inout RandomStream, to row: inout [UInt8]) {
        let place = Self.scattered(position & (Self.uniqueCount - 1))
        append(place % count, open: place / count, &random, to: &row)
    }

    @inline(__always)
    func appendAny(_ random: inout RandomStream, to row: inout [UInt8]) {
        append(random.below(count), open: random.below(Self.spread), &random, to: &row)
    }

    /// 60 % without punctuation.
    @inline(__always)
    private func append(_ pattern: Int, open: Int, _ random: inout RandomStream, to row: inout [UInt8]) {
        let form = pattern * 2 + (random.happens(60_000) ? 1 : 0)
        var digits = UInt64(open)
        var divisor: UInt64 = 100_000
        // Both forms of a number may have different digits here: only the first six make it unique.
        var further = UInt64(open) &* 0x9E37_79B9
        for place in Int(starts[form])..<Int(starts[form + 1]) {
            let byte = bytes[place]
            guard byte == UInt8(ascii: "#") else {
                row.append(byte)
                continue
            }
            if divisor > 0 {
                row.append(0x30 + UInt8(truncatingIfNeeded: digits / divisor))
                digits %= divisor
                divisor /= 10
            } else {
                row.append(0x30 + UInt8(truncatingIfNeeded: further % 10))
                further /= 10
            }
        }
    }

    /// One-to-one over 26 bits: odd factors and folded upper halves can be inverted.
    @inline(__always)
    private static func scattered(_ position: Int) -> Int {
        let mask: UInt64 = UInt64(uniqueCount - 1)
        var word = UInt64(position)
        word = word &* 0x2C1_B3C7 & mask
        word ^= word >> 13
        word = word &* 0x197_D2A5 & mask
        word ^= word >> 14
        return Int(word)
    }

    private static let list = """
        +1 212-7##-####
        +1 415-5##-####
        +1 312-6##-####
        +1 305-3##-####
        +1 416-5##-####
        +1 604-6##-####
        +44 7400 ######
        +44 7500 ######
        +44 20 7### ####
        +44 161 4## ####
        +49 171 #######
        +49 160 9#######
        +49 30 6#######
        +49 89 5#######
        +33 6 1# ## ## ##
        +33 7 8# ## ## ##
        +33 1 4# ## ## ##
        +34 61# ### ###
        +34 915 ## ## ##
        +39 333 ### ####
        +39 347 ### ####
        +39 06 6### ####
        +48 601 ### ###
        +48 22 6## ## ##
        +31 6 2#######
        +31 20 6## ####
        +32 47# ## ## ##
        +32 2 5## ## ##
        +46 70 ### ## ##
        +46 8 5## ### ##
        +47 91# ## ###
        +47 22 ## ## ##
        +358 40 ### ####
        +358 50 ### ####
        +351 91# ### ###
        +351 21# ### ###
        +41 79 ### ## ##
        +41 44 ### ## ##
        +43 664 ### ####
        +43 1 5######
        +420 602 ### ###
        +420 777 ### ###
        +420 22# ### ###
        +30 69# ### ####
        +30 21# ### ####
        +353 87 ### ####
        +353 1 6## ####
        +40 72# ### ###
        +40 21 3## ####
        +55 11 9####-####
        +55 21 3###-####
        +52 55 5### ####
        +52 33 3### ####
        +54 9 11 5###-####
        +54 11 4###-####
        +57 310 ### ####
        +57 601 3######
        +91 98### #####
        +91 22 2### ####
        +81 90-1###-####
        +81 3-3###-####
        +82 10-2###-####
        +82 2-7##-####
        +61 412 ### ###
        +61 2 9### ####
        +27 82 ### ####
        +27 11 7## ####
        +90 532 ### ## ##
        +90 212 2## ## ##
        +380 67 ### ####
        +380 44 2## ####
        +36 20 ### ####
        +421 905 ### ###
        +64 21 ### ####
        +45 26 ## ## ##
        """
}
