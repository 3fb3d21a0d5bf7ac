package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/adapters/bridge/bridgetest"
	"netpatrol/internal/sandbox/bridge"
)

// pretendSite is the demo's partner site behind a proxy that may spoil its answers.
func pretendSite(t *testing.T, spoil func(w *httptest.ResponseRecorder, r *http.Request)) bridgetest.Site {
	t.Helper()
	site := bridge.New(bridge.Options{Secret: demoBridgeSecret})
	id, err := site.AddPerson("阿梁")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		if spoil != nil {
			spoil(rec, r)
		}
		for name, v := range rec.Header() {
			w.Header()[name] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	t.Cleanup(site.Close)
	say := map[string]func(string, string) (string, error){"messages": site.Write, "mentions": site.Mention, "board": site.Post}
	return bridgetest.Site{BaseURL: server.URL, Secret: demoBridgeSecret, To: id, Write: func(source, text string) string {
		ref, err := say[source]("阿梁", text)
		if err != nil {
			t.Error(err)
		}
		return ref
	}}
}

// The pretend site of the demo keeps the contract, or what the demo shows proves nothing.
func TestThePretendSiteKeepsTheContract(t *testing.T) {
	bridgetest.Run(t, pretendSite(t, nil))
}

// A site that breaks the contract in one thing does not pass.
func TestTheContractsKitHasTeeth(t *testing.T) {
	replaced := func(old, new string) func(*httptest.ResponseRecorder, *http.Request) {
		return func(w *httptest.ResponseRecorder, _ *http.Request) {
			w.Body = bytes.NewBuffer(bytes.ReplaceAll(w.Body.Bytes(), []byte(old), []byte(new)))
		}
	}
	for name, spoil := range map[string]func(*httptest.ResponseRecorder, *http.Request){
		"another contract": replaced(`"contract":"1"`, `"contract":"2"`),
		"problems are plain JSON": func(w *httptest.ResponseRecorder, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
		},
		"never says that it existed": replaced(`"existed":true`, `"existed":false`),
		"an unknown state":           replaced(`"state":"done"`, `"state":"sent"`),
		"ids that stand in no path":  replaced(`"ref":"s`, `"ref":"/s`),
		"every key is found":         replaced(`"verdict":"absent"`, `"verdict":"found"`),
		"no key is found":            replaced(`"verdict":"found"`, `"verdict":"absent"`),
		"forgets a person":           replaced(`"from":{"id":"u1001"`, `"from":{"id":""`),
		"one id for every event":     replaced(`"kind":"m`, `"id":"1-1","kind":"m`),
		"a cursor that stands still": func(w *httptest.ResponseRecorder, r *http.Request) {
			if after := r.URL.Query().Get("after"); after != "" {
				w.Body = bytes.NewBufferString(`{"items":[],"next":"` + after + `","more":false}`)
			}
		},
		"what is withdrawn stays": func(w *httptest.ResponseRecorder, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/sends/") && w.Code == http.StatusNotFound {
				w.Code, w.Body = http.StatusOK, bytes.NewBufferString(`{"ref":"s1","state":"done"}`)
			}
		},
		"takes any signature": func(w *httptest.ResponseRecorder, r *http.Request) {
			if w.Code == http.StatusUnauthorized {
				w.Code = http.StatusOK
			}
		},
	} {
		found := &verdict{test: t}
		bridgetest.Check(found, pretendSite(t, spoil))
		if len(found.faults) == 0 {
			t.Errorf("%s: the kit finds nothing wrong", name)
		}
	}
}

// verdict stands in for a test and remembers what it was told.
type verdict struct {
	test   *testing.T
	faults []string
}

type stopped struct{}

func (v *verdict) Helper()                  {}
func (v *verdict) Context() context.Context { return v.test.Context() }
func (v *verdict) Logf(string, ...any)      {}
func (v *verdict) Errorf(format string, a ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, a...))
}

func (v *verdict) Fatalf(format string, a ...any) {
	v.Errorf(format, a...)
	panic(stopped{})
}

// Run goes on after a fatal fault, as a test does with its next subtest.
func (v *verdict) Run(_ string, f func(bridgetest.T)) (ok bool) {
	before := len(v.faults)
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(stopped{}) {
				panic(r)
			}
		}()
		f(v)
	}()
	return len(v.faults) == before
}
