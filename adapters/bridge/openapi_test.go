package bridge

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"netpatrol/adapters"
)

func document(t *testing.T) *openapi3.T {
	t.Helper()
	raw, err := os.ReadFile("../../docs/bridge.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	if err := document(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

// shapes are the Go types of the contract and the schemas that describe them.
func shapes() map[string]any {
	return map[string]any{
		"About": about{}, "Self": self{}, "Limits": siteLimits{}, "TextLimit": textLimit{}, "Quota": quota{}, "ReplyWindow": replyWindow{},
		"Publication": publication{}, "Message": message{}, "Comment": comment{}, "Person": person{}, "Receipt": receipt{}, "Finding": finding{},
		"Post": post{}, "Figures": figures{}, "Figure": figure{}, "Event": event{}, "Media": media{}, "Page": page{}, "Problem": problem{},
		"Handover": handover{}, "Station": station{}, "PackageFile": packageFile{},
	}
}

func TestTheDocumentsSchemasAreTheAdaptersTypes(t *testing.T) {
	schemas := document(t).Components.Schemas
	for name, value := range shapes() {
		s := schemas[name]
		if s == nil {
			t.Errorf("the document has no schema %s", name)
			continue
		}
		var stated, read []string
		for property := range s.Value.Properties {
			stated = append(stated, property)
		}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			word, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			read = append(read, word)
			if p := s.Value.Properties[word]; p != nil && p.Value.Type != nil && !fits31(p.Value.Type.Slice(), f.Type) {
				t.Errorf("%s.%s: the document says %v, the adapter takes %v", name, word, p.Value.Type.Slice(), f.Type)
			}
		}
		slices.Sort(stated)
		slices.Sort(read)
		if !slices.Equal(stated, read) {
			t.Errorf("%s: the document has %q, the adapter %q", name, stated, read)
		}
	}
	for name := range schemas {
		if _, ok := shapes()[name]; !ok && !slices.Contains([]string{"Ref", "Key", "Push"}, name) {
			t.Errorf("no type of the adapter is compared with schema %s", name)
		}
	}
}

// fits31 says whether JSON of one of these types can be read into a Go type.
func fits31(types []string, goes reflect.Type) bool {
	for goes.Kind() == reflect.Pointer {
		goes = goes.Elem()
	}
	word := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer", reflect.Slice: "array", reflect.Struct: "object"}[goes.Kind()]
	if goes == reflect.TypeFor[time.Time]() || goes == reflect.TypeFor[[]byte]() {
		word = "string"
	}
	return slices.Contains(types, word)
}

func TestTheDocumentsWordsAreTheAdapters(t *testing.T) {
	schemas := document(t).Components.Schemas
	enum := func(schema, property string) (words []string) {
		for _, w := range schemas[schema].Value.Properties[property].Value.Enum {
			words = append(words, w.(string))
		}
		if len(words) == 0 {
			t.Errorf("%s.%s lists nothing", schema, property)
		}
		return words
	}
	known := map[adapters.Class]bool{}
	for _, w := range enum("Problem", "class") {
		c, ok := class(w)
		if known[c] = true; !ok {
			t.Errorf("class %q is not read", w)
		}
	}
	for c := adapters.Unknown; c <= adapters.Unsupported; c++ {
		if !known[c] {
			t.Errorf("a site cannot say %q", c)
		}
	}
	for _, w := range enum("TextLimit", "unit") {
		if _, ok := unit(w); !ok {
			t.Errorf("unit %q is not read", w)
		}
	}
	for _, w := range enum("TextLimit", "channel") {
		if _, ok := channel(w); !ok {
			t.Errorf("channel %q is not read", w)
		}
	}
	for _, w := range enum("Receipt", "state") {
		if err := (receipt{Ref: "r1", State: w}).understood(); err != nil {
			t.Errorf("state %q: %v", w, err)
		}
	}
	for _, w := range enum("Event", "answer") {
		if e := (event{ID: "1", Kind: "answer", Package: "NP7Q4", Answer: w}); e.inbound().Answer == nil {
			t.Errorf("answer %q is not read", w)
		}
	}
	for _, w := range schemas["Event"].Value.Properties["kind"].Value.Examples {
		if kind(w.(string)) == adapters.KindOther {
			t.Errorf("kind %q is not read", w)
		}
	}
	if got := schemas["Ref"].Value.Pattern; got != refPattern.String() {
		t.Errorf("ids: the document says %s, the adapter %s", got, refPattern)
	}
}

// Every request the adapter makes is an operation of the document, with a body its schema takes.
func TestWhatIsSentIsInTheDocument(t *testing.T) {
	doc := document(t)
	var seen []string
	site := roundTrip(func(r *http.Request) (*http.Response, error) {
		op := operation(doc, r.Method, r.URL.Path)
		if op == nil {
			t.Errorf("%s %s is not in the document", r.Method, r.URL.Path)
			return says{404, "text/plain", nil}.RoundTrip(r)
		}
		seen = append(seen, op.OperationID)
		if op.RequestBody != nil {
			var body any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			if err := op.RequestBody.Value.Content.Get("application/json").Schema.Value.VisitJSON(body); err != nil {
				t.Errorf("%s: %v", op.OperationID, err)
			}
		}
		for _, p := range op.Parameters {
			if p.Value.In == "query" && p.Value.Required && !r.URL.Query().Has(p.Value.Name) {
				t.Errorf("%s without %s", op.OperationID, p.Value.Name)
			}
		}
		return says{503, "text/plain", nil}.RoundTrip(r)
	})
	everyCall(t, site)
	want := []string{"about", "check", "comment", "figures", "find", "handover", "look", "media", "message", "poll", "publish", "withdraw"}
	slices.Sort(seen)
	if !slices.Equal(seen, want) {
		t.Errorf("made %q, the document has %q", seen, want)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func operation(doc *openapi3.T, method, path string) *openapi3.Operation {
	if i := strings.LastIndex(path, "/"); strings.Count(path, "/") == 3 {
		path = path[:i] + "/{ref}"
	}
	if item := doc.Paths.Value(path); item != nil {
		return item.GetOperation(method)
	}
	return nil
}

// everyCall makes each kind of call once.
func everyCall(t *testing.T, site http.RoundTripper) {
	a := on(t, says{})
	hc := &http.Client{Transport: site}
	c, err := newClient(adapters.Config{ID: "site", BaseURL: "https://site.example", Secrets: map[string]adapters.Secret{"secret": fuzzSecret}}, adapters.Host{Read: hc, Write: hc})
	if err != nil {
		t.Fatal(err)
	}
	a.http = c
	ctx, at, to := t.Context(), adapters.Attempt{Key: "k", Code: "NP-1"}, adapters.Person{ID: "u", Handle: "h", Name: "n"}
	_, identity := a.Identity(ctx)
	_, publish := a.Publish(ctx, at, adapters.Part{Title: "t", Text: "x", Language: "zh", After: "p1"})
	_, send := a.Send(ctx, at, adapters.Message{To: to, Text: "x", Language: "zh", InReplyTo: "m1"})
	_, commented := a.Comment(ctx, at, adapters.Comment{To: to, Parent: "p1", Text: "x", Language: "zh"})
	_, check := a.Check(ctx, adapters.Receipt{Ref: "s1"})
	_, handed := a.HandOver(ctx, at, adapters.Package{Code: "NP7Q4", Revision: 2, Note: "n", From: adapters.Station{Name: "s", Region: "460100"}, To: "u", Files: []adapters.PackageFile{{Name: "a", Type: "t", Data: []byte("x")}}})
	_, find := a.Find(ctx, adapters.FindQuery{Key: "k"})
	_, look := a.Look(ctx, "p1")
	_, measured := a.Figures(ctx, []adapters.Ref{"s1", "s2"})
	_, fetched := a.FetchMedia(ctx, adapters.Media{Ref: "f1"})
	_, poll := a.Poll(ctx, "messages", "7", 10)
	for _, err := range []error{identity, publish, send, commented, handed, check, find, look, measured, fetched, poll, a.Withdraw(ctx, at, adapters.Receipt{Ref: "s1"})} {
		if err == nil {
			t.Error("a site that only says 503 was believed")
		}
	}
}
