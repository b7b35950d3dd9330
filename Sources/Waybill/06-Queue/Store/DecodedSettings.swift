import Foundation

/// What kept values say, decoded once for each change of their bytes: what is asked before each parcel is not read anew
/// for each. It needs no word of a change, since the bytes are those that the store has now.
package final class DecodedSettings {
    private var known: [String: (bytes: [UInt8], value: any Sendable)] = [:]

    package init() {}

    func value<Value: Decodable & Sendable>(of bytes: [UInt8], _ key: SettingKey) throws -> Value {
        if let known = known[key.name], known.bytes == bytes, let value = known.value as? Value { return value }
        let value = try JSONDecoder().decode(Value.self, from: Data(bytes))
        known[key.name] = (bytes, value)
        return value
    }
}
