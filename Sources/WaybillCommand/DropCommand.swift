import Waybill

extension Command {
    static let drop = Command(
        name: "drop", group: .work, usage: ["drop FILE... [--campaign NAME]"],
        summary: "hand copies of files to the inbox, the safe way",
        details: """
            Each file is copied under a hidden temporary name, made durable and renamed, so that nobody ever sees
            half of it; the originals stay. The waybill that runs in the workspace takes it from there. With
            --campaign the copies go to inbox/NAME, else to the inbox itself; if a name is taken, the copy gets a
            number. Side-cars and markers (FILE.meta.json, FILE.sha256, FILE.done) given with their files are copied
            with them. Prints where the copies are.
            """,
        options: DropErrand.options,
        examples: ["waybill drop clinic.csv clinic.csv.meta.json --campaign clinic-reminders"]
    ) { context in
        let configuration = try context.brakeConfiguration()
        let errand = try DropErrand(context, configuration)
        for drop in try errand.handOver() {
            let path = errand.folder + "/" + drop.name
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { json in
                    json.member("file", drop.file)
                    json.member("drop", path)
                }
                try context.print(json.line())
            } else {
                try context.print(context.shown(path) + "\n")
            }
        }
        return .done
    }
}
