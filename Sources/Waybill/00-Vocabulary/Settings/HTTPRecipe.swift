/// Compiled-in contracts: the files in `samples/transports` of these names, without the values each user has to set.
/// `kind: "sparkpost"` selects one; settings written beside it override it.
enum HTTPRecipe: String, CaseIterable {
    case sparkpost, bird

    var transport: TransportSettings {
        ConfigurationReader.read(Array(text.utf8)).configuration.transports[rawValue]
            ?? TransportSettings()
    }

    private var text: String {
        switch self {
        case .sparkpost: Self.sparkpostText
        case .bird: Self.birdText
        }
    }

    private static let sparkpostText = """
        {
          transports: {
            sparkpost: {
              kind: "http",
              url: "https://api.sparkpost.com",
              resource: "/api/v1/transmissions",
              key: { env: "SPARKPOST_KEY" },
              authorization: { scheme: null },
              body: {
                campaign_id: "{{batch}}-{{parcel}}",
                options: { open_tracking: false, click_tracking: false },
                recipients: [
                  {
                    each: {
                      address: { email: "{{address}}", name: "{{name}}" },
                      metadata: { reference: "{{reference}}" },
                      substitution_data: {
                        message: "{{message}}",
                        subject: "{{subject}}",
                        html: "{{html}}",
                        unsubscribe: "{{listunsubscribe}}",
                      },
                    },
                  },
                ],
                content: {
                  from: "{{from}}",
                  subject: { literal: "{{{subject}}}" },
                  text: { literal: "{{{message}}}", with: "message" },
                  html: { literal: "{{{html}}}", with: "html" },
                  headers: {
                    "List-Unsubscribe": { literal: "{{{unsubscribe}}}", with: "listunsubscribe" },
                    "List-Unsubscribe-Post": "{{oneclick}}",
                  },
                },
              },
              events: {
                resource: "/api/v1/events/message?campaigns={{batch}}-{{parcel}}&events=injection,policy_rejection,generation_failure,generation_rejection&from={{since}}&per_page=10000",
                list: "results",
                reference: "rcpt_meta.reference",
                next: "links",
                after: "10m",
                keeps: "10d",
              },
              resendAfterSilence: false,
              batch: 50,
              concurrency: 8,
              answers: [
                { status: "200", at: "results.total_rejected_recipients", is: ["0"], outcome: "accepted" },
                { status: "200", at: "results.total_accepted_recipients", is: ["0"], outcome: "refused" },
                { status: "200", outcome: "unknown" },
                { status: "400", at: "errors.0.code", is: ["1100", "7001"], outcome: "later" },
                { status: "420", outcome: "later" },
              ],
              code: "errors.0.code",
              detail: "errors.0.message",
            },
          },
        }
        """

    private static let birdText = """
        {
          transports: {
            bird: {
              kind: "http",
              url: "https://eu1.platform.bird.com",
              resource: "/v1/sms/batches",
              key: { env: "BIRD_KEY" },
              body: [
                {
                  each: {
                    to: "{{address}}",
                    from: "{{from}}",
                    text: "{{message}}",
                    category: "{{category}}",
                    metadata: { reference: "{{reference}}" },
                  },
                },
              ],
              batch: 100,
              callsPerSecond: 100,
              concurrency: 16,
              idempotencyHeader: "Idempotency-Key",
              idempotencyKeeps: "24h",
              code: "code",
              detail: "message",
            },
          },
        }
        """
}
