import Foundation

/// Reads what senders write in a `state` column: ISO 3166-2 (`US-FL`), its last part (`FL`), or the English name.
///
/// Names are known for the countries below; for others, any code is accepted.
enum StateNames {
    /// The code of a subdivision of a country (alpha-2, in capitals), such as `US-FL`; nil if the text names none.
    static func code(of text: Span<UInt8>, country: String) -> String? {
        let name = String(decoding: RecordValidator.copy(text), as: UTF8.self)
        let parts = name.uppercased().split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let region = RegionCode(parts[0]), region.isAssigned {
            return isPart(parts[1], of: parts[0]) ? parts.joined(separator: "-") : nil
        }
        if parts.count == 1, isPart(parts[0], of: country) { return country + "-" + parts[0] }
        return byName[country]?[folded(name)].map { country + "-" + $0 }
    }

    /// The subdivisions that a text can name of somebody whose number is of a country: those of that country, and where
    /// it has none of the name, those of countries that share its calling code. Somebody in New York may have a number
    /// of Canada.
    ///
    /// - Parameter isTold: whether a column says that this is the country.
    static func codes(of text: Span<UInt8>, country: String, isTold: Bool) -> [String] {
        let own = code(of: text, country: country)
        guard !isTold, own == nil || codes[country] == nil, let callingCode = callingCode(of: country) else {
            return own.map { [$0] } ?? []
        }
        let others = codes.keys.sorted().filter { $0 != country && self.callingCode(of: $0) == callingCode }
        return others.reduce(into: own.map { [$0] } ?? []) { found, other in
            if let code = code(of: text, country: other), !found.contains(code) { found.append(code) }
        }
    }

    private static func callingCode(of country: String) -> UInt16? {
        RegionCode(country).flatMap { NumberingPlan.world.region($0) }.map {
            NumberingPlan.world.regions[$0].callingCode
        }
    }

    /// Whether a code is one of a country's subdivisions; for a country without a list, whether it can be.
    static func isPart(_ code: String, of country: String) -> Bool {
        if let known = codes[country] { return known.contains(code) }
        return (1...3).contains(code.utf8.count)
            && code.utf8.allSatisfy { $0 &- 0x30 < 10 || $0 &- 0x41 < 26 }
    }

    private static func folded(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in name.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic { kept.append(scalar) }
        return String(kept)
    }

    private static let codes = byCountry.mapValues { Set($0.map(\.code)) }

    private static let byName: [String: [String: String]] = byCountry.mapValues { states in
        var found: [String: String] = [:]
        for state in states { for name in state.names { found[folded(name)] = state.code } }
        return found
    }

    private static let byCountry: [String: [(code: String, names: [String])]] = {
        var found: [String: [(code: String, names: [String])]] = [:]
        for line in data.split(separator: "\n") {
            let parts = line.split(separator: ":")
            for state in parts[1].split(separator: ";") {
                let words = state.split(separator: "=").map(String.init)
                found[String(parts[0]), default: []].append((words[0], Array(words.dropFirst())))
            }
        }
        return found
    }()

    private static let data = """
        US:AL=Alabama;AK=Alaska;AZ=Arizona;AR=Arkansas;CA=California;CO=Colorado;CT=Connecticut;DE=Delaware;FL=Florida;
        US:GA=Georgia;HI=Hawaii;ID=Idaho;IL=Illinois;IN=Indiana;IA=Iowa;KS=Kansas;KY=Kentucky;LA=Louisiana;ME=Maine;
        US:MD=Maryland;MA=Massachusetts;MI=Michigan;MN=Minnesota;MS=Mississippi;MO=Missouri;MT=Montana;NE=Nebraska;
        US:NV=Nevada;NH=New Hampshire;NJ=New Jersey;NM=New Mexico;NY=New York;NC=North Carolina;ND=North Dakota;OH=Ohio;
        US:OK=Oklahoma;OR=Oregon;PA=Pennsylvania;RI=Rhode Island;SC=South Carolina;SD=South Dakota;TN=Tennessee;
        US:TX=Texas;UT=Utah;VT=Vermont;VA=Virginia;WA=Washington;WV=West Virginia;WI=Wisconsin;WY=Wyoming;
        US:DC=District of Columbia=Washington DC;AS=American Samoa;GU=Guam;MP=Northern Mariana Islands;PR=Puerto Rico;
        US:VI=US Virgin Islands;
        CA:AB=Alberta;BC=British Columbia;MB=Manitoba;NB=New Brunswick;NL=Newfoundland and Labrador;NS=Nova Scotia;
        CA:NT=Northwest Territories;NU=Nunavut;ON=Ontario;PE=Prince Edward Island;QC=Quebec;SK=Saskatchewan;YT=Yukon;
        AU:ACT=Australian Capital Territory;NSW=New South Wales;NT=Northern Territory;QLD=Queensland;SA=South Australia;
        AU:TAS=Tasmania;VIC=Victoria;WA=Western Australia;
        DE:BB=Brandenburg;BE=Berlin;BW=Baden-Wurttemberg;BY=Bavaria=Bayern;HB=Bremen;HE=Hesse=Hessen;HH=Hamburg;
        DE:MV=Mecklenburg-Western Pomerania=Mecklenburg-Vorpommern;NI=Lower Saxony=Niedersachsen;
        DE:NW=North Rhine-Westphalia=Nordrhein-Westfalen;RP=Rhineland-Palatinate=Rheinland-Pfalz;SH=Schleswig-Holstein;
        DE:SL=Saarland;SN=Saxony=Sachsen;ST=Saxony-Anhalt=Sachsen-Anhalt;TH=Thuringia=Thuringen;
        GB:ENG=England;NIR=Northern Ireland;SCT=Scotland;WLS=Wales;
        """
}
