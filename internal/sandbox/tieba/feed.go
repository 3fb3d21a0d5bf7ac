package tieba

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// inFeed is how many posts the feed shows.
const inFeed = 20

type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Title   string   `xml:"channel>title"`
	Items   []item   `xml:"channel>item"`
}

type item struct {
	Title  string `xml:"title"`
	Link   string `xml:"link"`
	Author string `xml:"author"`
}

// FeedRead says whether anybody has read the feed.
func (b *Board) FeedRead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

func (b *Board) wasRead() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read = true
}

// feed shows the newest posts as Discuz does: RSS in GBK, without ids, without replies. It
// says when nothing has changed.
func (b *Board) feed(w http.ResponseWriter, r *http.Request) {
	defer b.wasRead()
	doc := rss{Version: "2.0", Title: "椰城吧（演示）"}
	for _, e := range slices.Backward(b.Entries()) {
		if e.Kind == Post && !e.Removed && len(doc.Items) < inFeed {
			doc.Items = append(doc.Items, item{e.Text, "http://" + r.Host + "/p/" + strconv.Itoa(e.ID), e.Author})
		}
	}
	body, err := xml.Marshal(doc)
	if err == nil {
		body, err = simplifiedchinese.GBK.NewEncoder().Bytes(body)
	}
	if err != nil {
		http.Error(w, "RSS Disabled", http.StatusInternalServerError)
		return
	}
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256(body))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write(append([]byte(`<?xml version="1.0" encoding="gbk"?>`), body...)) // the reader has gone; there is nobody to tell
}
