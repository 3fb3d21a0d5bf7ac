package mastodon

import "testing"

// Whatever a stream sends, it is passed over, or it is a mention or a post of somebody else, under the key
// that the poll gives.
func FuzzFrame(f *testing.F) {
	const post = `{\"id\":\"12\",\"content\":\"<p>x</p>\",\"account\":{\"id\":\"555\",\"acct\":\"alice\"}}`
	for _, frame := range []string{
		``, `null`, `[]`, `{}`, `{"event":"notification"}`, `{"event":"notification","payload":""}`, `{"event":"notification","payload":{"id":"1"}}`,
		`{"stream":["user:notification"],"event":"notification","payload":"{\"id\":\"34\",\"type\":\"mention\",\"status\":` + post + `}"}`,
		`{"event":"notification","payload":"{\"id\":\"34\",\"type\":\"mention\",\"status\":null}"}`, `{"event":"notification","payload":"{\"id\":34,\"type\":\"favourite\"}"}`,
		`{"stream":["hashtag","x"],"event":"update","payload":"` + post + `"}`, `{"stream":["hashtag"],"event":"status.update","payload":"{\"id\":\"\"}"}`,
		`{"stream":["hashtag"],"event":"update","payload":"{\"id\":\"12\",\"account\":{\"id\":\"9001\"}}"}`, `{"stream":[],"event":"update","payload":"{}"}`,
		`{"stream":["user"],"event":"delete","payload":"12"}`, `{"event":"filters_changed"}`, `:heartbeat`,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		in, ok := opened(t, answering{}).fromFrame(frame)
		if ok && (in.Key == "" || in.Ref == "" || in.Kind == "" || in.From.ID == "9001") {
			t.Errorf("%s: %+v", frame, in)
		}
		if !ok && in.Key != "" {
			t.Errorf("%s was passed over as %+v", frame, in)
		}
	})
}
