package app

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"netpatrol/internal/record"
)

// heard is a log that many write.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// Whoever writes at the kiosk, looks up a matter or guesses leaves no network address: not in a record, a file or the log, whatever a
// proxy says of it.
func TestNoAddressOfAVisitorIsKept(t *testing.T) {
	const address = "203.0.113.77"
	a, door := kioskStation(t)
	log := &heard{}
	a.o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	opened(t, a, door)
	h := a.frontdoor()
	call := func(method, path, kind, body string) string {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.RemoteAddr = address + ":4321"
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded"} {
			r.Header.Set(name, address)
		}
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.String()
	}
	page := call(http.MethodGet, "/kiosk/help", "", "")
	_, rest, _ := strings.Cut(page, `name="key" value="`)
	key, _, _ := strings.Cut(rest, `"`)
	form := "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + key + "\r\n--x\r\nContent-Disposition: form-data; name=\"moved\"\r\n\r\nno\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"story\"\r\n\r\n有人冒充客服\r\n--x--\r\n"
	done := call(http.MethodPost, "/kiosk/help", "multipart/form-data; boundary=x", form)
	code := slipCode.FindStringSubmatch(done)
	if code == nil {
		t.Fatalf("not filed:\n%s", done)
	}
	for _, c := range []string{code[1], record.NewLookup([record.LookupBytes]byte{1})} {
		call(http.MethodPost, "/status", "application/x-www-form-urlencoded", "code="+c)
		call(http.MethodPost, "/status/more", "multipart/form-data; boundary=x", "broken")
	}
	call(http.MethodGet, "/check?code=ABCD2345", "", "")
	call(http.MethodGet, "/handoff/ABCD2345/guess", "", "")
	call(http.MethodGet, "/partner", "", "")
	call(http.MethodPost, "/partner/sign-in", "application/x-www-form-urlencoded", "name=x@y&password=z")
	for _, kind := range record.Kinds() {
		page, err := a.store.List(context.Background(), record.Query{Kind: kind, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			if b, err := json.Marshal(r); err != nil || bytes.Contains(b, []byte(address)) {
				t.Errorf("a record of kind %s holds the address, %v", kind, err)
			}
		}
	}
	files := 0
	err := filepath.WalkDir(a.o.Config.State, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if files++; bytes.Contains(b, []byte(address)) {
			t.Errorf("%s holds the address", d.Name())
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
	if said := log.String(); said == "" || strings.Contains(said, address) {
		t.Errorf("the log is empty, or holds the address:\n%s", said)
	}
}
