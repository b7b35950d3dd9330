/// How the objects of a drop are usually written, learnt from one of them.
///
/// The objects of one drop mostly have the same keys in the same order, with the same white space, or none, between the
/// tokens. So what stands between two values is compared as a whole, and the value behind it read at once
/// (`TextShape`). Whatever is otherwise is left to the grammar, key by key, and what follows it is compared again.
struct JSONUsual {
    /// A member of the object that is being learnt.
    private struct Member {
        /// From the end of the value before it to the beginning of its own.
        let lead: Range<Int>
        let column: Int
        let spelling: Int
    }

    private(set) var form = TextShape()
    /// The spelling of each member's key.
    private var spellings: [Int] = []
    /// By a key's spelling, the member behind it; 0 where there is none.
    private var behind: [Int] = []

    /// Whether the processor can compare so.
    let isUsed: Bool
    /// What was found in the current text.
    private(set) var survey = JSONSurvey()
    /// The white space that a drop of this kind may have between its tokens.
    private let whiteSpace: UInt64
    private var members: [Member] = []
    private(set) var isLearning = false
    /// What was learnt from an object that is not known yet to be a record.
    private var learnt: [(lead: [UInt8], member: Member)] = []
    /// How many objects in a row had mostly other members.
    private var strangers = 0

    /// How many there may be until another one is learnt from.
    private static let mostStrangers = 8
    /// How many bytes are worth comparing.
    private static let longestLead = 256

    init(whiteSpace: UInt64, usesKernels: Bool) {
        isUsed = usesKernels && TextKernels.canRun
        self.whiteSpace = whiteSpace
    }

    /// Before objects of the next text are read.
    mutating func take(_ text: Span<UInt8>) {
        if isUsed { survey.take(text) }
    }

    /// How many members there are.
    var count: Int { form.count }

    func spelling(of member: Int) -> Int { spellings[member] }

    /// The member behind the one whose key has a spelling; nil if that is none of them.
    func member(behind spelling: Int) -> Int? {
        guard spelling < behind.count, behind[spelling] > 0 else { return nil }
        return behind[spelling]
    }

    // MARK: - Learning

    /// Before an object is read. The result says which member is compared first: none while it is learnt from.
    mutating func begin(_ bytes: JSONBytes) -> Int {
        isLearning = isUsed && (count == 0 || strangers > Self.mostStrangers) && bytes.whiteSpace == whiteSpace
        guard isLearning else { return 0 }
        members.removeAll(keepingCapacity: true)
        return count
    }

    mutating func learn(_ lead: Range<Int>, column: Int, spelling: Int) {
        members.append(Member(lead: lead, column: column, spelling: spelling))
    }

    /// Behind a whole object, `strange` members of which were not compared. Values for the sink are no part of records.
    mutating func end(_ bytes: JSONBytes, strange: Int, sink: Int) {
        if strange > 0 || strangers > 0 { strangers = 2 * strange > count ? strangers + 1 : 0 }
        guard isLearning, members.allSatisfy({ $0.column != sink && $0.lead.count <= Self.longestLead }) else { return }
        learnt = members.map { (bytes.copy($0.lead), $0) }
    }

    /// The object is a record.
    mutating func accept() {
        guard !learnt.isEmpty else { return }
        form = TextShape()
        strangers = 0
        spellings = learnt.map(\.member.spelling)
        behind = Array(repeating: 0, count: (spellings.max() ?? 0) + 1)
        for (index, (lead, member)) in learnt.enumerated() {
            form.add(lead, place: member.column)
            if member.spelling > 0 { behind[member.spelling] = index + 1 }
        }
        learnt = []
    }

    /// It is none, and what was learnt from it may be forgotten.
    mutating func forget() {
        if !learnt.isEmpty { learnt = [] }
    }
}
