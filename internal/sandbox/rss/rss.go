// Package rss is a pretend site with a feed, which behaves as badly as feeds do: broken,
// too large, moved, in another charset, without ids, without validators, by a clock that is wrong.
//
// # Failure model
//
// Everything is in memory. How the feed behaves is switched while it is read, so that a reader can be
// shown a bad day and the day after.
package rss

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Entry is one post as a feed shows it.
type Entry struct {
	ID     string // guid; empty: it has none
	Link   string
	Title  string
	Author string
	At     time.Time // zero: no date
}

// Way is how a feed behaves; the zero value is well behaved, in UTF-8.
type Way struct {
	GBK          bool          // in that charset, as the prolog says
	NoIDs        bool          // as Discuz: entries have a link and no guid
	NoValidators bool          // neither ETag nor Last-Modified: every reading is a whole one
	Cut          bool          // the document ends in the middle
	Unescaped    bool          // an ampersand and a stray tag stand where neither may
	NotFound     bool          // 404 with a page
	Padding      int           // bytes of blank before the end
	Skew         time.Duration // by how much the site's clock is wrong
	Redirect     string        // the feed is there now
}

// Feed is one feed of a site's newest posts. It is safe for concurrent use.
type Feed struct {
	title string

	mu        sync.Mutex
	way       Way
	entries   []Entry // oldest first
	read      int
	unchanged int
	sent      int64
}

// New makes a feed.
func New(title string) *Feed { return &Feed{title: title} }

// Behave switches how the feed behaves from now on.
func (f *Feed) Behave(w Way) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.way = w
}

// Post adds an entry.
func (f *Feed) Post(e Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.entries = append(f.entries, e)
}

// Edit changes what an entry says, by its link.
func (f *Feed) Edit(link, title string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.entries {
		if f.entries[i].Link == link {
			f.entries[i].Title = title
		}
	}
}

// Read counts readings that were answered, and those to which nothing had changed.
func (f *Feed) Read() (all, unchanged int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read, f.unchanged
}

// Sent counts the bytes that readers took.
func (f *Feed) Sent() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// ServeHTTP shows the feed in the way it behaves now.
func (f *Feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	way, entries := f.way, slices.Clone(f.entries)
	f.mu.Unlock()
	unchanged, n := Answer(w, r, f.title, entries, way)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.read, f.sent = f.read+1, f.sent+int64(n)
	if unchanged {
		f.unchanged++
	}
}

// Answer shows entries as one feed, the newest first. It says whether the reader was told that nothing
// has changed, and how many bytes it took otherwise.
func Answer(w http.ResponseWriter, r *http.Request, title string, entries []Entry, way Way) (unchanged bool, sent int) {
	switch {
	case way.Redirect != "":
		http.Redirect(w, r, way.Redirect, http.StatusFound)
		return false, 0
	case way.NotFound:
		http.NotFound(w, r)
		return false, 0
	}
	body, err := document(title, entries, way)
	if err != nil {
		http.Error(w, "RSS Disabled", http.StatusInternalServerError)
		return false, 0
	}
	h := w.Header()
	h.Set("Date", time.Now().Add(way.Skew).UTC().Format(http.TimeFormat))
	if etag := fmt.Sprintf(`"%x"`, sha256.Sum256(body)); !way.NoValidators {
		h.Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return true, 0
		}
	}
	h.Set("Content-Type", "text/xml")
	sent, _ = w.Write(body) // the reader may have had enough
	return false, sent
}

type channel struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Title   string   `xml:"channel>title"`
	Items   []item   `xml:"channel>item"`
}

type item struct {
	Title  string `xml:"title"`
	Link   string `xml:"link,omitempty"`
	ID     string `xml:"guid,omitempty"`
	Author string `xml:"author,omitempty"`
	At     string `xml:"pubDate,omitempty"`
}

// document is the whole feed in its charset, as well or badly formed as the way says.
func document(title string, entries []Entry, way Way) ([]byte, error) {
	doc := channel{Version: "2.0", Title: title}
	for _, e := range slices.Backward(entries) {
		i := item{Title: e.Title, Link: e.Link, ID: e.ID, Author: e.Author}
		if way.NoIDs {
			i.ID = ""
		}
		if !e.At.IsZero() {
			i.At = e.At.Add(way.Skew).Format(time.RFC1123Z)
		}
		doc.Items = append(doc.Items, i)
	}
	body, err := xml.Marshal(doc)
	if err != nil {
		return nil, err
	}
	if way.Unescaped {
		body = bytes.Replace(body, []byte("</title>"), []byte(" & 论坛<br></title>"), 1)
	}
	if way.Padding > 0 {
		body = bytes.Replace(body, []byte("</channel>"), []byte(strings.Repeat(" ", way.Padding)+"</channel>"), 1)
	}
	prolog := `<?xml version="1.0" encoding="utf-8"?>`
	if way.GBK {
		prolog = `<?xml version="1.0" encoding="gbk"?>`
		if body, err = simplifiedchinese.GBK.NewEncoder().Bytes(body); err != nil {
			return nil, err
		}
	}
	body = append([]byte(prolog), body...)
	if way.Cut {
		body = body[:len(body)*2/3]
	}
	return body, nil
}
