import Waybill

/// How a drop is read: what the campaign and the limits say, and how many bytes are looked at to find its form.
struct DropReadingChoice {
    let campaign: Campaign
    let limits: Configuration.Limits
    let lookedAt: Int
}
