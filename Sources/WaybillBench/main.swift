import Foundation
import SystemIO
import Waybill

let help = """
    waybill-bench SUBCOMMAND [options]: generates batches and measures Waybill on this machine.

      generate --rows N --out FILE [--seed 1] [--format csv|jsonl|json] [--bad 2] [--duplicates 0]
          writes a batch; the percentages are of bad records and of repeated recipients
      ingest [--rows 1000000] [--format csv|jsonl|json] [--runs 3] [--file FILE] [--sampling] [--listed N]
             [--duckdb-script SCRIPT [--duckdb-threads N]]
          from the claim of a drop to its durable acknowledgement, beside what its parts cost alone
      numbers [--numbers 100000] [--rounds 50] [--runs 5] [--write FILE]
          how many phone numbers a second are parsed, judged and placed in their zones; the file is for other programs
      latency [--files 200] [--records 100] [--pause 20] [--beside ROWS]
          the real daemon: from the rename into the inbox to the acknowledgement; the pause is in milliseconds;
          with --beside, as long as a large drop of so many records is being read
      soak [--minutes 60] [--window 10] [--rate 50] [--records 10] [--large 1000000] [--every 10]
          the real daemon under so many small drops a second, results and replies every second and a large drop every so
          many minutes: latency, memory, descriptors, the store's log and how far sending is behind, window by window;
          exit 1 when memory, descriptors or log grow by more than a tenth after the first window, or sending is more
          than three seconds behind
      endofday [--contacts 1000000]
          closes a day over contacts that were handed over, beside pigz -p2 -6 (else gzip -6) on the same rows
      dispatch [--contacts 1000000] [--step handover|sms] [--layout csv|jsonl|dialer] [--runs 3]
          lets the contacts of a batch leave by the folder transport: from when all are due to the last stored as sent,
          with the digest of what left
      memory [--rows 1000000,5000000] [--format csv|jsonl|json]
          the most memory that the intake of such drops has
      torture --kills N [--seed 1] [--records 20000]
          kills the real program at random moments, starts it again, and compares everything with a run left in peace;
          exit 1 when anything differs
      faults [--calls write,fsync,rename,create,mkdir,unlink,rmdir,ftruncate,close]
             [--effects ENOSPC,EIO,EIO-after,ENOSPC-on,EIO-on,kill-before,kill-midway,kill-after]
             [--then nothing|path|layout|transport|mount] [--one-of 1] [--seed 1]
             [--disk ext4|ext4-fast-commit|xfs|btrfs|tmpfs|overlay|bindfs] [--share]
             [--phase NAME] [--occurrence N] [--keep]
          has one call of a small run after the other fail (and all later ones of its kind), be answered falsely, or be
          the last, starts again in peace, under
          another configuration or without the transport's folder if wanted, and compares everything with a run left in peace;
          one of so many calls is drawn by the seed; exit 1 when anything differs; with --disk (as root) on such a file
          system of its own, the first four of which lose their power at a kill: what was not synced is gone; a
          phase and an occurrence have one point again; with --keep workspaces that differ stay in the current folder
      policy [--sends 100000] [--seed 1] [--contacts 5000] [--days 740] [--rounds N]
          rounds of random policies, contacts, answers, stops and outages over so many days, until so many messages were sent;
          an oracle of its own checks each of them, and that nobody waits without need; exit 1 when anything is wrong; a line
          a round says what all of them came to so far (with --json on standard error)

      decide [--contacts 200000] [--listed 1000000] [--recent 1000000] [--runs 7]
          what it costs to decide whether a contact may leave, with windows, caps and do-not-contact lists
      growth [--paths campaigns,batches,stops,receipts,receipts-shuffled,due,departures,status,inbox,inbox-again,
             configuration,nesting] [--sizes 100,1000,10000] [--runs 3]
          processor time of one unit among so many campaigns, batches, contacts, parcels, files …, and the exponent of all units:
          1 is linear

    Everywhere: --json prints one JSON object. Workspaces are made in the current folder and removed again.
    """

func run(_ words: [String]) throws {
    guard let name = words.first else { throw Arguments.Mistake(description: "no subcommand; see waybill-bench help") }
    func arguments(_ valued: Set<String>, flags: Set<String> = []) throws -> Arguments {
        try Arguments(words.dropFirst(), valued: valued, flags: flags.union(["json"]))
    }
    switch name {
    case "generate": try GenerateCommand.run(try arguments(GenerateCommand.valued))
    case "ingest": try IngestCommand(try arguments(IngestCommand.valued, flags: ["sampling"])).run()
    case "numbers": try NumbersCommand(try arguments(NumbersCommand.valued)).run()
    case "latency": try LatencyCommand(try arguments(LatencyCommand.valued)).run()
    case "soak": try SoakCommand(try arguments(SoakCommand.valued)).run()
    case "endofday": try EndOfDayCommand(try arguments(EndOfDayCommand.valued)).run()
    case "dispatch": try DispatchCommand(try arguments(DispatchCommand.valued)).run()
    case "memory": try MemoryCommand.run(try arguments(MemoryCommand.valued))
    case "torture": try TortureCommand(try arguments(TortureCommand.valued)).run()
    case "faults":
        var command = try FaultsCommand(try arguments(FaultsCommand.valued, flags: ["keep", "share"]))
        try command.run()
    case "faulted-once": try FaultedRun.run(try arguments(FaultedRun.valued))
    case "policy": try PolicyCommand(try arguments(PolicyCommand.valued)).run()
    case "decide": try DecideCommand(try arguments(DecideCommand.valued)).run()
    case "growth": try GrowthCommand(try arguments(GrowthCommand.valued)).run()
    case "hand-over-once": try EndOfDayCommand.handOver(try arguments(["workspace", "file"]))
    case "dispatch-once": try DispatchCommand.dispatchOnce(try arguments(["workspace", "file"]))
    case "close-day-once": try EndOfDayCommand.closeDay(try arguments(["workspace"]))
    case "intake-once": try IntakeOnce.run(try arguments(["workspace", "file"]))
    case "help", "--help": print(help)
    default: throw Arguments.Mistake(description: "\"\(name)\" is no subcommand; see waybill-bench help")
    }
}

// As the product does.
Memory.shareAmongThreads()
do {
    try run(Array(CommandLine.arguments.dropFirst()))
} catch {
    FileHandle.standardError.write(Data("waybill-bench: \(error)\n".utf8))
    exit(error is Arguments.Mistake ? 2 : 1)
}
