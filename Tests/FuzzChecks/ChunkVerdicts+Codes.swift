package import Waybill

extension ChunkVerdicts {
    /// Violations of the rejected records by code; duplicates are not among them.
    package var codeCounts: [String: Int] {
        rejected.reduce(into: [:]) { counts, rejection in
            for violation in rejection.violations { counts[violation.code, default: 0] += 1 }
        }
    }
}
