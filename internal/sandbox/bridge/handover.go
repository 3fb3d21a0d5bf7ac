package bridge

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// HandedOver is a clue package as the unit behind the site got it.
type HandedOver struct {
	Code, Note, From, To string
	Revision             int
	Withdrawn            bool
	Files                map[string][]byte // by name
	At                   time.Time
	Times                int // how often it was given; once, whatever was lost on the way
}

// takePackage files a package, once for each key.
func (s *Site) takePackage(body []byte) reply {
	var in struct {
		Key, Package, Note, To string
		Revision               int
		Withdrawn              bool
		From                   struct{ Name string }
		Files                  []struct {
			Name string
			Data []byte
		}
	}
	if json.Unmarshal(body, &in) != nil || in.Key == "" || len(in.Key) > 32 || in.Package == "" || in.Revision < 1 || len(in.Files) == 0 {
		return no(http.StatusBadRequest, "rejected", "incomplete", "a key, a package, its revision and its files are needed")
	}
	asked := sha256.Sum256(append([]byte("handovers\n"), body...))
	if known := s.keys[in.Key]; known != nil {
		if known.asked != asked {
			return no(http.StatusConflict, "rejected", "key-reused", "")
		}
		return s.receipt(known, http.StatusOK, true)
	}
	now := s.opts.Now().UTC()
	p := HandedOver{Code: in.Package, Note: in.Note, From: in.From.Name, To: in.To, Revision: in.Revision, Withdrawn: in.Withdrawn, At: now, Times: 1, Files: map[string][]byte{}}
	for _, f := range in.Files {
		p.Files[f.Name] = f.Data
	}
	for _, q := range s.given {
		if q.Code == p.Code && q.Revision == p.Revision && q.Withdrawn == p.Withdrawn {
			p.Times++
		}
	}
	made := &send{Ref: fmt.Sprintf("s%06d", len(s.sends)+1), Kind: "handovers", at: now, due: now, asked: asked}
	s.sends, s.keys[in.Key], s.given = append(s.sends, made), made, append(s.given, p)
	return s.receipt(made, http.StatusCreated, false)
}

// Packages lists what was handed over, oldest first: corrections and withdrawals each for themselves.
func (s *Site) Packages() []HandedOver {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]HandedOver(nil), s.given...)
}

// Reply lets the unit answer a package: accepted, duplicate, not-ours, or result with words.
func (s *Site) Reply(p HandedOver, as, number, words string) error {
	if strings.TrimSpace(as) == "" {
		return fmt.Errorf("answer package %s: %w", p.Code, ErrEmpty)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.happen(event{Kind: "answer", Package: p.Code, Revision: p.Revision, Answer: as, Number: number, Text: words, source: "handovers"})
	return nil
}
