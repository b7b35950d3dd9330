import SystemIO

/// Values that a campaign's templates need and a drop's contacts lack: each such contact would end as
/// `template.missing-value` when its message is due.
package struct TemplateCheck {
    /// Contacts who lack a value of one template.
    package struct Gap: Sendable {
        package let step: String
        /// What is wrong, without the contacts.
        package let message: String
        package fileprivate(set) var contacts: Int
        /// The first such contact.
        package let record: UInt32
    }

    private struct Step {
        let name: String
        let isMail: Bool
        let template: StepTemplate
        var renderer: MessageRenderer?
    }

    package private(set) var gaps: [Gap] = []
    private var steps: [Step] = []
    private let links: LinkMaker?
    private let mode: DropMode
    private var columns = -1
    private var message: [UInt8] = []

    /// For the templates of a campaign's strategy; one that cannot be read is a gap itself.
    init(_ setup: CampaignSetup, in workspace: Workspace, _ configuration: Configuration) {
        mode = setup.campaign.mode
        links = setup.campaign.link.map { LinkMaker(sampleOf: $0) }
        for step in setup.strategy.steps {
            do {
                guard let template = try workspace.template(of: step, setup) else { continue }
                let isMail = configuration.sendsMails(setup.campaign, over: step.channel)
                steps.append(Step(name: step.name, isMail: isMail, template: template))
            } catch {
                gaps.append(
                    Gap(step: step.name, message: "Its template cannot be read: \(error).", contacts: 0, record: 0))
            }
        }
    }

    /// Checks the contacts of the drop's next part.
    mutating func note(_ contacts: ContactSegment, _ schema: Schema) {
        if steps.isEmpty { return }
        if schema.columns.count != columns {
            columns = schema.columns.count
            for index in steps.indices {
                steps[index].renderer = MessageRenderer(
                    template: steps[index].template, schema: schema, links: links)
            }
        }
        let modes = RecordModes(mode, schema)
        for index in 0..<contacts.count {
            let values = contacts.values(at: index, columns: columns)
            if modes.mode({ values[$0] }).cancels { continue }
            for step in steps {
                message.removeAll(keepingCapacity: true)
                do {
                    if step.isMail { try step.renderer?.checkMail(values) }
                    try step.renderer?.append(values, to: &message)
                } catch {
                    note(error.message, step.name, contacts.record(at: index))
                }
            }
        }
    }

    private mutating func note(_ message: String, _ step: String, _ record: UInt32) {
        if let known = gaps.firstIndex(where: { $0.step == step && $0.message == message }) {
            gaps[known].contacts += 1
        } else {
            gaps.append(Gap(step: step, message: message, contacts: 1, record: record))
        }
    }
}
