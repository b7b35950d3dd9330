/// What carries a parcel while nothing leaves by its campaign's transport.
///
/// A message goes to another transport only where the one before certainly did not send it: it was never given to it,
/// or that said *later*. What was refused for good, what may have left and what is asked about stays with its own.
extension Dispatcher {
    /// The campaign's transport for a parcel, or, while nothing leaves by that, the first of its fallbacks by which
    /// something does.
    func carrier(of parcel: Parcel, _ setup: CampaignSetup) -> String {
        let names = setup.carriers(of: parcel.channel)
        let own = names[0]
        let name = names.count > 1 ? names.first { isUsable($0, for: parcel) } ?? own : own
        let place = PlaceKey(transport: own, campaign: parcel.campaign)
        if name == own {
            fallenBack[place] = nil
        } else if fallenBack.updateValue(name, forKey: place) != name {
            let reason = (breakers[own] ?? placeFailures[place])?.reason
            context.log.warning(
                "transport.fallback",
                [
                    "campaign": .text(parcel.campaign), "transport": .text(own), "by": .text(name),
                    "reason": .text(reason?.words ?? ""),
                ])
        }
        return name
    }

    /// Whether what a transport put off goes on at once by another one.
    func hasOther(than transport: String, for parcel: Parcel, _ setup: CampaignSetup) -> Bool {
        setup.carriers(of: parcel.channel).contains { $0 != transport && isUsable($0, for: parcel) }
    }

    /// Of one that has stopped, one parcel finds out whether it still does, and the others do not wait for that.
    private func isUsable(_ name: String, for parcel: Parcel) -> Bool {
        guard context.configuration.transports[name] != nil, pause(of: name, for: parcel.campaign) == nil else {
            return false
        }
        return breakers[name]?.isOpen != true || !flights.values.contains { $0.transport == name }
    }
}
