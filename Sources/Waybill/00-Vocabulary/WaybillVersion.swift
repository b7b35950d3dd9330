/// The version of this build, as `waybill version` and the reports say it.
package enum WaybillVersion {
    package static let number = "0.1.0"
}
