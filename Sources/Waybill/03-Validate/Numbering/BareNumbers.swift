/// Which numbers are written at home without a trunk prefix: eight digits in Denmark, ten in the United States.
///
/// Digits of such a type and length are national in their region, although some would also be numbers of other
/// countries: one in twenty of the valid numbers of the United States, every other Chinese mobile.
enum BareNumbers {
    private struct Lengths {
        /// Bit n: numbers of n digits.
        var fixed: UInt32 = 0
        var mobile: UInt32 = 0
    }

    /// By position in the plan's `regions`.
    private static let byRegion: [Lengths] = {
        let plan = NumberingPlan.world
        var found = Array(repeating: Lengths(), count: plan.regions.count)
        for entry in data.split(separator: " ") {
            guard let region = RegionCode(String(entry.prefix(2))), let place = plan.region(region) else { continue }
            let parts = entry.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false)
            func mask(_ part: Substring) -> UInt32 {
                part.split(separator: ",").compactMap { UInt32($0) }.reduce(0) { $0 | 1 << $1 }
            }
            found[place] = Lengths(fixed: mask(parts[0]), mobile: mask(parts[1]))
        }
        return found
    }()

    /// Whether numbers of this type and length are written so in a region.
    static func has(_ type: NumberType, digits count: Int, region: Int) -> Bool {
        let lengths = byRegion[region]
        let mask: UInt32 =
            switch type {
            case .fixed: lengths.fixed
            case .mobile: lengths.mobile
            case .fixedOrMobile: lengths.fixed | lengths.mobile
            case .unknown, .tollFree, .premium, .sharedCost, .voip, .personal, .pager, .uan, .voicemail: 0
            }
        return mask >> UInt32(min(count, 31)) & 1 == 1
    }
}
