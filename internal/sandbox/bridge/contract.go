package bridge

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reply is an answer not yet written, so that a fault can spoil it.
type reply struct {
	status int
	body   any // nil: no body
}

// trouble is a problem document.
type trouble struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Class  string `json:"class,omitempty"`
	Scope  string `json:"scope,omitempty"`
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
}

func no(status int, class, code, detail string) reply {
	return reply{status, trouble{Title: http.StatusText(status), Status: status, Class: class, Code: code, Detail: detail}}
}

// serveContract checks a request and carries it out, unless a fault is due.
func (s *Site) serveContract(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		no(http.StatusRequestEntityTooLarge, "rejected", "too-large", "").write(w)
		return
	}
	if err := s.authentic(r, body); err != nil {
		no(http.StatusUnauthorized, "auth-expired", "signature", err.Error()).write(w)
		return
	}
	s.strike(w, r, func() reply { return s.carryOut(r, body) })
}

// authentic checks the signature before anything else, so that strangers fill no memory.
func (s *Site) authentic(r *http.Request, body []byte) error {
	stamp, nonce := r.Header.Get("Bridge-Timestamp"), r.Header.Get("Bridge-Nonce")
	if !s.signedWith(s.opts.Secret, r, body) && (s.opts.Previous == "" || !s.signedWith(s.opts.Previous, r, body)) {
		return errors.New("the signature is wrong")
	}
	unix, err := strconv.ParseInt(stamp, 10, 64)
	now := s.opts.Now()
	if err != nil || now.Sub(time.Unix(unix, 0)).Abs() > 300*time.Second {
		return errors.New("the clock is off by more than 300 seconds")
	}
	if len(nonce) < 16 || len(nonce) > 64 || strings.Trim(nonce, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return errors.New("the nonce is none")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, at := range s.nonces {
		if now.Sub(at) > 600*time.Second {
			delete(s.nonces, n)
		}
	}
	if _, used := s.nonces[nonce]; used {
		s.refused++
		return errors.New("the nonce was used before")
	}
	s.nonces[nonce] = now
	return nil
}

func (s *Site) signedWith(secret string, r *http.Request, body []byte) bool {
	_, target, ok := strings.Cut(r.RequestURI, "/v1/")
	given, hex := strings.CutPrefix(r.Header.Get("Bridge-Signature"), "v1=")
	want := seal(secret, r.Method, "/v1/"+target, r.Header.Get("Bridge-Timestamp"), r.Header.Get("Bridge-Nonce"), body)
	return ok && hex && hmac.Equal([]byte(given), []byte(want))
}

// seal is the hex signature over six lines.
func seal(secret, method, target, stamp, nonce string, body []byte) string {
	var lines bytes.Buffer
	fmt.Fprintf(&lines, "bridge-v1\n%s\n%s\n%s\n%s\n%x", method, target, stamp, nonce, sha256.Sum256(body))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(lines.Bytes())
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// carryOut does what a genuine request asks.
func (s *Site) carryOut(r *http.Request, body []byte) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	of, ref, named := strings.Cut(path, "/")
	switch {
	case r.Method == http.MethodPost && of == "handovers" && s.can("handover"):
		return s.takePackage(body)
	case r.Method == http.MethodPost && !named:
		return s.take(of, body)
	case r.Method == http.MethodDelete && named && of == "sends":
		return s.withdraw(ref)
	case r.Method != http.MethodGet:
		return no(http.StatusMethodNotAllowed, "unsupported", "method", "")
	case named && of == "sends":
		return s.sendState(ref)
	case named && of == "posts":
		return s.show(ref)
	case path == "about":
		return s.about()
	case path == "sends":
		return s.lookFor(r.URL.Query().Get("key"))
	case path == "figures":
		return s.figures(r.URL.Query()["ref"])
	case path == "events":
		return s.eventPage(r.URL.Query().Get("source"), r.URL.Query().Get("after"), r.URL.Query().Get("limit"))
	}
	return no(http.StatusNotFound, "unsupported", "path", "")
}

func (s *Site) about() reply {
	return reply{http.StatusOK, map[string]any{
		"contract": "1", "abilities": s.opts.Abilities, "sources": s.sources(),
		"account": map[string]any{"id": "u110", "handle": "wangjing", "name": s.opts.Name, "confirmed": true, "evidence": "站方与" + s.opts.Name + "签有协议"},
		"limits": map[string]any{"parallel": 2, "text": []any{
			map[string]any{"channel": "public", "max": 5000, "unit": "characters"}, map[string]any{"channel": "private", "max": s.opts.MaxPrivate},
			map[string]any{"channel": "comment", "max": 500},
		}},
	}}
}

func (s *Site) can(ability string) bool { return slices.Contains(s.opts.Abilities, ability) }

func (s *Site) sources() []string {
	if s.can("handover") {
		return []string{"messages", "mentions", "board", "handovers"}
	}
	return []string{"messages", "mentions", "board"}
}

// eventPage: the cursor is the number of the last event seen, of whatever source.
func (s *Site) eventPage(source, after, most string) reply {
	limit, bad := strconv.Atoi(most)
	known := false
	for _, one := range s.sources() {
		known = known || one == source
	}
	if bad != nil || limit < 1 || !known {
		return no(http.StatusBadRequest, "rejected", "query", "the source or the limit is missing or unknown")
	}
	seen := len(s.events)
	if source == "messages" || source == "handovers" {
		seen = 0
	}
	if after != "" {
		if seen, bad = strconv.Atoi(after); bad != nil || seen < 0 || seen > len(s.events) {
			return no(http.StatusBadRequest, "rejected", "cursor", "no cursor of ours")
		}
	}
	items := []event{}
	for ; seen < len(s.events) && len(items) < min(limit, 100); seen++ {
		if s.events[seen].source == source {
			items = append(items, s.events[seen])
		}
	}
	return reply{http.StatusOK, map[string]any{"items": items, "next": strconv.Itoa(seen), "more": seen < len(s.events)}}
}

func (s *Site) show(ref string) reply {
	p := s.posts[ref]
	if p == nil || p.deleted || p.private {
		return no(http.StatusGone, "gone", "post", "")
	}
	shown := map[string]any{"ref": p.ref, "author": map[string]string{"id": p.author}, "text": p.text, "at": p.at}
	if !p.edited.IsZero() {
		shown["edited"] = p.edited
	}
	return reply{http.StatusOK, shown}
}

func (r reply) write(w http.ResponseWriter) { r.cut(w, 1) }

// cut writes 1/part of the body, well framed.
func (r reply) cut(w http.ResponseWriter, part int) {
	kind := "application/json"
	if r.status >= 400 {
		kind = "application/problem+json"
	}
	if r.body == nil {
		w.WriteHeader(r.status)
		return
	}
	raw, _ := json.Marshal(r.body) // such values always marshal
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(r.status)
	_, _ = w.Write(raw[:len(raw)/part])
}
