/// One column of a drop: the sender's name for it, and the field it is, if Waybill knows it.
package struct Column: Hashable, Codable, Sendable {
    package let name: String
    /// Nil for an attribute.
    package let field: Field?
    /// An unknown column under `unknownColumns: "ignore"`: read, but neither kept nor sent.
    package let isIgnored: Bool

    package init(name: String, field: Field?, isIgnored: Bool = false) {
        self.name = name
        self.field = field
        self.isIgnored = isIgnored
    }

    /// The name under which its values are written: the field's own, else the sender's.
    package var outputName: String { field?.label ?? name }
}

/// The columns of a batch, in the sender's order. For JSON the schema grows as new keys come; positions never change.
package struct Schema: Hashable, Sendable {
    package private(set) var columns: [Column]
    /// The position of each field's column, −1 where the drop has none; indexed by `Field.rawValue`.
    package private(set) var positions: [Int16]

    package init(_ columns: [Column] = []) {
        self.columns = []
        positions = Array(repeating: -1, count: Field.allCases.count)
        for column in columns { append(column) }
    }

    package mutating func append(_ column: Column) {
        if let field = column.field { positions[Int(field.rawValue)] = Int16(columns.count) }
        columns.append(column)
    }

    /// The position of a field's column, nil where the drop has none.
    package func position(of field: Field) -> Int? {
        let position = positions[Int(field.rawValue)]
        return position < 0 ? nil : Int(position)
    }

    /// The position of a column by its own name (`param4`), else by the sender's; nil where the drop has none. Of two
    /// columns with the same folded name, the exactly equal one is meant, else the first.
    package func position(named name: String) -> Int? {
        let folded = FoldedName(name)
        if let field = Field(named: folded), let position = position(of: field) { return position }
        return columns.firstIndex { $0.name == name } ?? columns.firstIndex { FoldedName($0.name) == folded }
    }
}
