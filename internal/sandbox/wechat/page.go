package wechat

import (
	"embed"
	"errors"
	"hash/fnv"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// pageCSP lets a page load nothing but its own style sheet, script and pictures.
const pageCSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const chatRows = 100

// pages is what people see on their phones. Whoever reaches it may play any follower:
// serve it on loopback only.
type pages struct {
	p         *Platform
	templates *template.Template
}

func (p *Platform) phoneRoutes() http.Handler {
	g := &pages{p, template.Must(template.ParseFS(web, "web/phone.html"))}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/phone", http.StatusSeeOther))
	mux.HandleFunc("GET /phone", g.pick)
	mux.HandleFunc("GET /phone/style.css", asset("web/style.css"))
	mux.HandleFunc("GET /phone/live.js", asset("web/live.js"))
	mux.HandleFunc("GET /phone/media/{id}", g.medium)
	mux.HandleFunc("GET /phone/of/{name}", g.show)
	mux.HandleFunc("POST /phone/of/{name}/write", g.write)
	mux.HandleFunc("POST /phone/of/{name}/picture", g.file("picture", "image", maxImage))
	mux.HandleFunc("POST /phone/of/{name}/voice", g.file("voice", "voice", maxVoice))
	mux.HandleFunc("POST /phone/of/{name}/press", g.press)
	mux.HandleFunc("POST /phone/of/{name}/follow", g.follow)
	mux.HandleFunc("GET /phone/of/{name}/article/{mid}/{idx}", g.article)
	mux.HandleFunc("POST /phone/of/{name}/article/{mid}/{idx}", g.comment)
	mux.HandleFunc("GET /s", g.public)
	mux.HandleFunc("GET /mmbiz_jpg/{id}/0", g.medium)
	return guarded(http.NewCrossOriginProtection().Handler(mux))
}

func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pageCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, web, name) }
}

// face is somebody as a page shows them.
type face struct {
	Name, About, Initial string
	Hue                  uint32
	Following            bool
}

// line is one entry of the chat.
type line struct {
	Mine, System        bool
	Kind, Text, Title   string
	From, Time, ISO     string
	Picture, Link, Note string
	Options             []MenuOption
	Tail                string
}

// entry is one article in a list.
type entry struct {
	Title, Digest, Time, Link string
	Comments                  int
	Deleted                   bool
}

// view is everything the templates need.
type view struct {
	Title, Account string
	People         []face
	Me             face
	Budget         string
	Chat           []line
	Menu           []button
	Articles       []entry
	Text, Error    string
	Article        articleView
}

type articleView struct {
	Title, Author, Time string
	Content             template.HTML // stripped by the platform; the page's policy forbids scripts anyway
	Comments            []commentView
	Open                bool
	Action              string
}

type commentView struct{ From, Text, Time, Reply string }

func viewFace(f *follower) face {
	h := fnv.New32a()
	h.Write([]byte(f.name))
	return face{Name: f.name, About: f.about, Initial: strings.ToUpper(string([]rune(f.name)[:1])), Hue: h.Sum32() % 8, Following: f.following}
}

func (g *pages) base(title string) view {
	return view{Title: title + " · 模拟微信", Account: g.p.opts.Name}
}

func (g *pages) render(w http.ResponseWriter, code int, name string, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	g.templates.ExecuteTemplate(w, name, v) // fails only when the client has gone
}

func (g *pages) pick(w http.ResponseWriter, _ *http.Request) {
	g.p.mu.Lock()
	v := g.base("选择手机")
	for _, f := range g.p.followers {
		v.People = append(v.People, viewFace(f))
	}
	g.p.mu.Unlock()
	g.render(w, http.StatusOK, "pick", v)
}

// phone is the page of one person; ok is false when there is none of that name.
func (g *pages) phone(name string) (v view, ok bool) {
	g.p.mu.Lock()
	defer g.p.mu.Unlock()
	f := g.p.find(name)
	if f == nil || f.name != name {
		return v, false
	}
	v = g.base(f.name + "的手机")
	v.Me, v.Menu = viewFace(f), g.p.buttons()
	if left, until := f.budget(g.p.opts.Now()); !until.IsZero() {
		v.Budget = "官方账号还可主动回复 " + strconv.Itoa(left) + " 条，" + when(until, g.p.opts.Now()) + "前有效"
	}
	for _, b := range f.phone[max(0, len(f.phone)-chatRows):] {
		v.Chat = append(v.Chat, g.line(b, f))
	}
	slices.Reverse(v.Chat) // the style sheet turns it round, so that the newest stays in sight
	for _, i := range slices.Backward(g.p.issues) {
		v.Articles = append(v.Articles, g.entries(i, f)...)
	}
	return v, true
}

func when(t, now time.Time) string {
	t = t.In(beijing())
	if day(t) == day(now) {
		return t.Format("15:04")
	}
	return t.Format("1月2日 15:04")
}

func (g *pages) line(b Bubble, f *follower) line {
	l := line{
		Mine: b.Via == ViaOwn, System: b.Via == ViaSystem, Kind: b.Kind, Text: b.Text, Title: b.Title, Options: b.Options, Tail: b.Tail,
		Time: when(b.At, g.p.opts.Now()), ISO: b.At.Format(time.RFC3339), From: g.p.opts.Name, Note: note(b.Via),
	}
	if m := g.p.media[b.MediaID]; m != nil && m.kind == "image" {
		l.Picture = "/phone/media/" + m.id
	}
	if b.Article.MsgDataID != "" {
		l.Link = articleLink(f, b.Article)
		l.Text = ""
		if x := g.p.articleBy(b.Article); x != nil {
			l.Text = x.Digest
		}
	}
	if l.Text == "" && l.Picture == "" && l.Title == "" {
		l.Text = "［" + kindName(b.Kind) + "］"
	}
	return l
}

// note says how something came, where it is worth knowing.
func note(v Via) string {
	return map[Via]string{
		ViaStaff: "人工客服", ViaAuto: "后台自动回复", ViaMass: "群发", ViaConsole: "后台群发", ViaPreview: "预览", ViaTemplate: "模板消息", ViaSubscribe: "订阅通知",
	}[v]
}

func kindName(kind string) string {
	name := map[string]string{
		"image": "图片", "voice": "语音", "video": "视频", "shortvideo": "小视频", "location": "位置", "link": "链接", "music": "音乐", "wxcard": "卡券",
	}[kind]
	if name == "" {
		return "消息"
	}
	return name
}

func articleLink(f *follower, a ArticleRef) string {
	return "/phone/of/" + url.PathEscape(f.name) + "/article/" + a.MsgDataID + "/" + strconv.Itoa(a.Idx)
}

func (g *pages) entries(i *issue, f *follower) (out []entry) {
	for n, x := range i.articles {
		out = append(out, entry{
			Title: x.Title, Digest: x.Digest, Time: when(i.at, g.p.opts.Now()), Comments: len(x.comments), Deleted: x.deleted,
			Link: articleLink(f, ArticleRef{i.msgDataID, n + 1}),
		})
	}
	return out
}

func (g *pages) show(w http.ResponseWriter, r *http.Request) {
	v, found := g.phone(r.PathValue("name"))
	if !found {
		http.NotFound(w, r)
		return
	}
	g.render(w, http.StatusOK, "phone", v)
}

func (g *pages) write(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimSpace(r.FormValue("text"))
	_, err := g.p.Write(r.PathValue("name"), text)
	g.after(w, r, err, text)
}

// file sends a picture or a voice from the phone.
func (g *pages) file(field, kind string, most int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, _, err := r.FormFile(field)
		if err != nil {
			g.after(w, r, ErrEmpty, "")
			return
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, most))
		if err == nil && len(data) == 0 {
			err = ErrEmpty
		}
		if err == nil {
			_, err = g.p.Send(r.PathValue("name"), Message{Kind: kind, Data: data})
		}
		g.after(w, r, err, "")
	}
}

// press presses a button of the menu, or an option of a message menu.
func (g *pages) press(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	var err error
	switch {
	case r.FormValue("option") != "":
		_, err = g.p.ChooseOption(name, r.FormValue("option"))
	case r.FormValue("key") != "":
		err = g.p.Click(name, r.FormValue("key"))
	default:
		err = g.p.View(name, r.FormValue("url"))
	}
	g.after(w, r, err, "")
}

func (g *pages) follow(w http.ResponseWriter, r *http.Request) {
	deed := g.p.Follow
	if r.FormValue("stop") != "" {
		deed = g.p.Unfollow
	}
	g.after(w, r, deed(r.PathValue("name")), "")
}

// after leads back to the phone, or shows it with what was wrong.
func (g *pages) after(w http.ResponseWriter, r *http.Request, err error, text string) {
	if err == nil {
		http.Redirect(w, r, "/phone/of/"+url.PathEscape(r.PathValue("name")), http.StatusSeeOther)
		return
	}
	v, found := g.phone(r.PathValue("name"))
	if !found {
		http.NotFound(w, r)
		return
	}
	v.Text, v.Error = text, explain(err)
	g.render(w, http.StatusUnprocessableEntity, "phone", v)
}

// explain says in Chinese why a deed was refused.
func explain(err error) string {
	switch {
	case errors.Is(err, ErrEmpty):
		return "内容不能为空。"
	case errors.Is(err, ErrNotOpen):
		return "现在不能这样做：请先关注，或留言已关闭。"
	}
	return "没有找到，可能已被删除，请刷新后再试。"
}

func (g *pages) ref(r *http.Request) ArticleRef {
	idx, _ := strconv.Atoi(r.PathValue("idx")) // 0 names no article
	return ArticleRef{r.PathValue("mid"), idx}
}

// article opens an article on somebody's phone, which counts as reading it.
func (g *pages) article(w http.ResponseWriter, r *http.Request) {
	name, ref := r.PathValue("name"), g.ref(r)
	if err := g.p.ReadArticle(name, ref); err != nil {
		http.NotFound(w, r)
		return
	}
	g.renderArticle(w, http.StatusOK, name, ref, "")
}

func (g *pages) comment(w http.ResponseWriter, r *http.Request) {
	name, ref := r.PathValue("name"), g.ref(r)
	if _, err := g.p.Comment(name, ref, r.FormValue("text")); err != nil {
		g.renderArticle(w, http.StatusUnprocessableEntity, name, ref, explain(err))
		return
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}

// public shows an article at its own address, to nobody in particular.
func (g *pages) public(w http.ResponseWriter, r *http.Request) {
	idx, _ := strconv.Atoi(r.FormValue("idx")) // 0 names no article
	g.renderArticle(w, http.StatusOK, "", ArticleRef{r.FormValue("mid"), idx}, "")
}

func (g *pages) renderArticle(w http.ResponseWriter, code int, name string, ref ArticleRef, fault string) {
	g.p.mu.Lock()
	x, i, f := g.p.articleBy(ref), g.p.issueBy(ref.MsgDataID), g.p.find(name)
	if x == nil || x.deleted {
		g.p.mu.Unlock()
		http.Error(w, "该内容已被发布者删除", http.StatusNotFound)
		return
	}
	v := g.base(x.Title)
	v.Error = fault
	v.Article = articleView{Title: x.Title, Author: x.Author, Time: when(i.at, g.p.opts.Now()), Content: template.HTML(localized(x.Content)), Open: !x.closed}
	for _, k := range x.comments {
		if !k.gone {
			v.Article.Comments = append(v.Article.Comments, g.viewComment(k))
		}
	}
	if f != nil {
		v.Me, v.Article.Action = viewFace(f), articleLink(f, ref)
	}
	g.p.mu.Unlock()
	g.render(w, code, "article", v)
}

func (g *pages) viewComment(k *comment) commentView {
	v := commentView{From: "匿名", Text: k.text, Time: when(k.at, g.p.opts.Now()), Reply: k.reply}
	if k.who != nil {
		v.From = k.who.name
	}
	return v
}

// localized points the platform's pictures at this server, which has them.
func localized(content string) string {
	return regexp.MustCompile(`https?://mmbiz\.qpic\.cn/mmbiz_jpg/([A-Za-z0-9_-]+)/0`).ReplaceAllString(content, "/phone/media/$1")
}

// medium serves pictures, and other media as downloads.
func (g *pages) medium(w http.ResponseWriter, r *http.Request) {
	g.p.mu.Lock()
	m := g.p.media[r.PathValue("id")]
	g.p.mu.Unlock()
	if m == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.mime)
	if kind := http.DetectContentType(m.data); strings.HasPrefix(kind, "image/") {
		w.Header().Set("Content-Type", kind)
	} else {
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Write(m.data)
}
