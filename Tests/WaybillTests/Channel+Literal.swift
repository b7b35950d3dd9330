@testable import Waybill

/// Tests name channels as configurations do; the program itself knows them by its own constants only.
extension Channel: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self.init(name)
    }
}
