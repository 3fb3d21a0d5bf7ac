// Package tieba is a pretend bulletin board without any interface to write with: pages
// and forms only, as on Tieba, and a feed of the newest posts, as old boards have. People post and write to each other through the same forms as the
// agency's officer; a ledger tells afterwards what reached whom.
//
// # Failure model
//
// The board is in memory. A form that is wrong is answered 400 and changes nothing. Like the
// real one it shows a text with its line breaks turned to spaces, so that whoever copies it back gets
// other white space than was typed.
package tieba

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Kind says what an entry is.
type Kind string

// The kinds.
const (
	Post    Kind = "post"
	Reply   Kind = "reply"   // under a post
	Message Kind = "message" // to one person
)

// Entry is one thing somebody wrote.
type Entry struct {
	ID      int    `json:"id"`
	Kind    Kind   `json:"kind"`
	Author  string `json:"author"`
	To      string `json:"to,omitempty"`     // of a message
	Parent  int    `json:"parent,omitempty"` // of a reply
	Text    string `json:"text"`             // as the board shows it
	Removed bool   `json:"removed,omitempty"`
}

// Board is one board. It is safe for concurrent use.
type Board struct {
	agency string
	mux    *http.ServeMux

	mu   sync.Mutex
	all  []Entry
	read bool // the feed was
}

// New makes a board on which the agency's account has a name.
func New(agency string) *Board {
	b := &Board{agency: agency, mux: http.NewServeMux()}
	b.mux.HandleFunc("GET /{$}", b.front)
	b.mux.HandleFunc("GET /p/{id}", b.front)
	b.mux.HandleFunc("GET /im", b.front)
	b.mux.HandleFunc("GET /feed.xml", b.feed)
	b.mux.HandleFunc("POST /write", b.write)
	b.mux.HandleFunc("POST /remove", b.remove)
	b.mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(b.Entries()) // the reader has gone; there is nobody to tell
	})
	return b
}

// ServeHTTP shows the board.
func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	b.mux.ServeHTTP(w, r)
}

// Entries lists everything, oldest first.
func (b *Board) Entries() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// Write makes somebody write. parent is the post answered, to whom a message goes to.
func (b *Board) Write(kind Kind, author, to string, parent int, text string) Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := Entry{ID: len(b.all) + 1, Kind: kind, Author: author, To: to, Parent: parent, Text: strings.Join(strings.Fields(text), " ")}
	b.all = append(b.all, e)
	return e
}

// Remove takes back what somebody wrote themselves. It says whether there was such an entry.
func (b *Board) Remove(id int, author string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := id - 1
	if i < 0 || i >= len(b.all) || b.all[i].Author != author {
		return false
	}
	b.all[i].Removed = true
	return true
}

// Received lists what the agency wrote, oldest first.
func (b *Board) Received() []Entry {
	return slices.DeleteFunc(b.Entries(), func(e Entry) bool { return e.Author != b.agency })
}

// Deeds lists what people wrote, oldest first.
func (b *Board) Deeds() []Entry {
	return slices.DeleteFunc(b.Entries(), func(e Entry) bool { return e.Author == b.agency })
}

// Duplicates counts what the agency wrote a second time to the same reader.
func (b *Board) Duplicates() (n int) {
	seen := map[Entry]bool{}
	for _, e := range b.Received() {
		e.ID = 0
		if seen[e] {
			n++
		}
		seen[e] = true
	}
	return n
}

func (b *Board) write(w http.ResponseWriter, r *http.Request) {
	kind, author, to, text := Kind(r.PostFormValue("kind")), r.PostFormValue("author"), r.PostFormValue("to"), r.PostFormValue("text")
	parent, _ := strconv.Atoi(r.PostFormValue("parent")) // none is 0
	wrong := author == "" || strings.TrimSpace(text) == "" ||
		kind != Post && (kind != Message || to == "") && (kind != Reply || !b.has(parent))
	if wrong {
		http.Error(w, "请填写完整", http.StatusBadRequest)
		return
	}
	e := b.Write(kind, author, to, parent, text)
	http.Redirect(w, r, e.path(), http.StatusSeeOther)
}

func (b *Board) has(id int) bool {
	all := b.Entries()
	return id > 0 && id <= len(all) && all[id-1].Kind == Post
}

// path is where an entry is seen. A message has no address of its own.
func (e Entry) path() string {
	switch e.Kind {
	case Message:
		return "/im"
	case Reply:
		return "/p/" + strconv.Itoa(e.Parent) + "?pid=" + strconv.Itoa(e.ID)
	}
	return "/p/" + strconv.Itoa(e.ID)
}

func (b *Board) remove(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PostFormValue("id")) // none is 0
	if !b.Remove(id, r.PostFormValue("author")) {
		http.Error(w, "没有这一条", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

var page = template.Must(template.New("board").Parse(`<!doctype html>
<html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>椰城吧（演示）</title>
<style>body{font:1rem/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:1rem auto;padding:0 1rem;color:#1c2733;background:#f4f6f8}h1{font-size:1.5rem}ol{list-style-position:inside;padding:0}li{background:#fff;border:1px solid #d7dee5;border-radius:.5rem;padding:.5rem .9rem;margin:.6rem 0;overflow-wrap:anywhere}.gone{text-decoration:line-through}label{display:block}input,textarea,select{padding:.4rem;border:1px solid #8a99a8;border-radius:.3rem;font:inherit;width:100%;box-sizing:border-box}</style>
<h1>椰城吧（演示）</h1>
<p>假的贴吧，没有给程序用的接口。您可以扮演吧友发帖、私信；“{{.Agency}}”的消息由民警人工代发。</p>
<ol>{{range .All}}<li{{if .Removed}} class="gone"{{end}}><b>{{.Author}}</b>{{if .To}} 私信 <b>{{.To}}</b>{{else if .Parent}} 回复 {{.Parent}} 楼{{end}}：{{.Text}}</li>{{else}}<li>还没有人发帖。</li>{{end}}</ol>
<form method="post" action="/write">
<label>我是<input name="author" required></label>
<label>做什么<select name="kind"><option value="post">发帖</option><option value="reply">回复</option><option value="message">私信</option></select></label>
<label>回复第几楼<input name="parent" inputmode="numeric"></label>
<label>私信给<input name="to"></label>
<label>内容<textarea name="text" rows="4" required></textarea></label>
<button>发出</button></form></html>`))

func (b *Board) front(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	data := struct {
		Agency string
		All    []Entry
	}{b.agency, b.Entries()}
	_ = page.Execute(w, data) // the reader has gone; there is nobody to tell
}
