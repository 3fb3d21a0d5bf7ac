package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A site that is another unit's system gets clue packages and answers them. One that is a forum needs nothing of
// this file, and does not list the ability handover.

// Package is a clue package that was handed over to us.
type Package struct {
	Package, Note, To string
	Revision          int
	Withdrawn         bool
	From              struct{ Name, Region string }
	Files             []File
}

// File is one file of a package; manifest.json.sig signs manifest.json, which names the others.
type File struct {
	Name, Type string
	Data       []byte
}

// Packages lists what was handed over to us, as it stands after every correction.
func (s *Site) Packages() []Package {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.given), func(a, b Package) int { return strings.Compare(a.Package, b.Package) })
}

// Answer says what becomes of a package: accepted, duplicate, not-ours, or result with words.
func (s *Site) Answer(p Package, as, number, words string) {
	s.happen(Event{Kind: "answer", Text: words, Package: p.Package, Revision: p.Revision, Answer: as, Number: number})
}

// answerForm lets a person of the unit answer:
//
//	curl -d 'package=ABCD2345&as=accepted&number=2026-17' http://127.0.0.1:8099/answer
func (s *Site) answerForm(w http.ResponseWriter, r *http.Request) {
	for _, p := range s.Packages() {
		if p.Package == r.FormValue("package") {
			s.Answer(p, r.FormValue("as"), r.FormValue("number"), r.FormValue("words"))
			return
		}
	}
	http.Error(w, "no such package", http.StatusNotFound)
}
