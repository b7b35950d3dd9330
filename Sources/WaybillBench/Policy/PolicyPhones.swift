import Foundation
import IndependentOracle
import Waybill

/// Numbers for the property test, with the places where the people behind them can be.
///
/// The places come from the numbering plan. Other tests check that they are right; here policies are checked against
/// them.
struct PolicyPhones {
    /// Every zone of the machine's table that a record may name.
    static let zones: [String] = TimeZone.knownTimeZoneIdentifiers.filter {
        ZoneNames.isPlace($0) && Zone.named($0) != nil
    }

    /// Added to the patterns of the batch generator: numbers that can be in many zones, and numbers in places with
    /// rules of law.
    private static let scattered = [
        "+336########", "+346########", "+39347#######", "+43664#######", "+9198########", "+659#######",
        "+1605#######",
        "+1402#######", "+1801#######", "+1401#######", "+1504#######", "+1205#######", "+1301#######", "+1512#######",
        "+7916#######", "+7705#######", "+62812########", "+61412######", "+5511987######", "+1907#######",
        "+1850#######", "+1208#######", "+1928#######", "+1907#######", "+1867#######", "+1902#######", "+1306#######",
    ]

    /// Makes this many different numbers that can receive texts.
    static func make(_ count: Int, seed: UInt64) -> [PolicyScenario.Phone] {
        let patterns = PhonePatterns()
        var random = RandomStream(seed: seed)
        var known: Set<String> = []
        var phones: [PolicyScenario.Phone] = []
        while phones.count < count {
            var text: [UInt8] = []
            if random.happens(300_000) {
                for byte in scattered[random.below(scattered.count)].utf8 {
                    text.append(byte == UInt8(ascii: "#") ? 0x30 + UInt8(random.below(10)) : byte)
                }
            } else {
                patterns.appendAny(&random, to: &text)
            }
            guard let phone = phone(text), known.insert(phone.number).inserted else { continue }
            phones.append(phone)
        }
        return phones
    }

    /// Nil for a number that cannot receive texts, and for a US or Canadian number whose state is unknown: to such a
    /// number, the rules of all states named by the policy apply.
    private static func phone(_ text: [UInt8]) -> PolicyScenario.Phone? {
        let plan = NumberingPlan.world
        guard let number = try? NumberParser().parse(text.span, region: nil), number.isValid, number.type.takesSMS
        else { return nil }
        let region = plan.regions[plan.homePlace(of: number)].name
        let states = plan.states(of: number)
        guard region != "001", !["US", "CA"].contains(region) || !states.isEmpty else { return nil }
        let names = plan.zoneNames(ofList: plan.zones(of: number)) { Zone.named($0) != nil }
        guard !names.isEmpty, names.allSatisfy({ Zone.named($0) != nil }) else { return nil }
        return PolicyScenario.Phone(
            number: number.e164Text, zones: names, country: region, regions: [region] + states)
    }
}
