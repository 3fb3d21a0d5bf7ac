package tieba

import (
	"net/http"
	"slices"
	"strconv"

	"netpatrol/internal/sandbox/rss"
)

// inFeed is how many posts the feed shows.
const inFeed = 20

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
	var newest []rss.Entry
	for _, e := range slices.Backward(b.Entries()) {
		if e.Kind == Post && !e.Removed && len(newest) < inFeed {
			newest = append(newest, rss.Entry{Title: e.Text, Link: "http://" + r.Host + "/p/" + strconv.Itoa(e.ID), Author: e.Author})
		}
	}
	slices.Reverse(newest)
	rss.Answer(w, r, "椰城吧（演示）", newest, rss.Way{GBK: true, NoIDs: true})
}
