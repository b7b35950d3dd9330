import Waybill

/// What `waybill number` prints for one text.
struct NumberAnswer {
    private let input: String
    private let result: Result<(number: PhoneNumber, extension: String), NumberFault>
    private var plan: NumberingPlan { .world }

    init(_ input: String, region: RegionCode?) {
        self.input = input
        let bytes = Array(input.utf8)
        do throws(NumberFault) {
            result = .success(try NumberParser().parseWithExtension(bytes.span, region: region))
        } catch {
            result = .failure(error)
        }
    }

    var isValid: Bool {
        switch result {
        case .success(let found): found.number.isValid
        case .failure: false
        }
    }

    var json: [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("input", input)
            switch result {
            case .failure(let fault):
                json.member("parsed", false)
                json.member("error", fault.rawValue)
                for name in ["e164", "international", "national", "extension"] { json.member(name, String?.none) }
                json.member("valid", false)
                json.member("type", NumberType.unknown.libphonenumberName)
                for name in ["region", "subdivision"] { json.member(name, String?.none) }
                for name in ["zones", "callZones"] { json.member(name, array: [String]()) { $0.string($1) } }
            case .success(let (number, digits)):
                json.member("parsed", true)
                json.member("error", String?.none)
                json.member("e164", number.e164Text)
                json.member("international", plan.international(number, extension: digits))
                json.member("national", plan.national(number, extension: digits))
                json.member("extension", digits.isEmpty ? nil : digits)
                json.member("valid", number.isValid)
                json.member("type", number.type.libphonenumberName)
                json.member("region", regionName(number))
                let states = plan.states(of: number)
                json.member("subdivision", states.isEmpty ? nil : states.joined(separator: "+"))
                let published = plan.zoneNames(ofList: plan.publishedZones(of: number))
                json.member("zones", array: published.isEmpty ? ["Etc/Unknown"] : published) { $0.string($1) }
                json.member("callZones", array: callZones(number)) { $0.string($1) }
            }
        }
        return json.line()
    }

    private func regionName(_ number: PhoneNumber) -> String? { number.region.map { plan.regions[Int($0)].name } }

    private func callZones(_ number: PhoneNumber) -> [String] {
        number.isValid ? plan.zoneNames(ofList: plan.zones(of: number), where: ZoneNames.isKnown) : []
    }

    var text: String {
        var lines: [(String, String)] = []
        switch result {
        case .failure(let fault):
            lines.append(("parsed", "no: \(fault.meaning)"))
        case .success(let (number, digits)):
            lines.append(("valid", number.isValid ? "yes" : "no: \(whyInvalid(number))"))
            if number.isValid { lines.append(("type", number.type.meaning)) }
            let states = plan.states(of: number)
            if let name = regionName(number) {
                lines.append(("region", name + (states.isEmpty ? "" : " (\(states.joined(separator: ", ")))")))
            }
            lines.append(("E.164", number.e164Text))
            lines.append(("international", plan.international(number, extension: digits)))
            lines.append(("national", plan.national(number, extension: digits)))
            if !digits.isEmpty { lines.append(("extension", digits)) }
            if number.isValid {
                let zones = callZones(number)
                lines.append(("zones", zones.isEmpty ? "unknown" : zones.joined(separator: ", ")))
            }
        }
        return input.plain + "\n"
            + lines.map { "  " + ($0.0 + ":").padded(to: 15) + $0.1 + "\n" }.joined()
    }

    private func whyInvalid(_ number: PhoneNumber) -> String {
        plan.whyInvalid(number).message
    }
}

extension NumberFault {
    fileprivate var meaning: String {
        switch self {
        case .invalidCountryCode: "no country code that exists, and no region to read it in"
        case .notANumber: "this is no phone number"
        case .tooShortAfterPrefix: "too few digits after the international prefix"
        case .tooShort: "too few digits"
        case .tooLong: "too many digits or characters"
        }
    }
}

extension NumberType {
    fileprivate var meaning: String {
        switch self {
        case .unknown: "unknown"
        case .fixed: "fixed line"
        case .mobile: "mobile"
        case .premium: "premium rate"
        case .tollFree: "toll-free"
        case .sharedCost: "shared cost"
        case .voip: "voice over IP"
        case .personal: "personal number"
        case .pager: "pager"
        case .uan: "universal access number"
        case .voicemail: "voicemail"
        case .fixedOrMobile: "fixed line or mobile"
        }
    }
}
