package discuz

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// visit is one request of the interface.
type visit struct {
	b      *Board
	module string
	query  url.Values
	form   url.Values
	post   bool
	uid    int // 0: a guest
	auth   string
	now    time.Time
}

// reply is an answer: always 200, a word or none, and variables.
type reply struct {
	word    string
	vars    map[string]any
	uid     int
	cookies []*http.Cookie
	bare    string // in place of all that
}

func (b *Board) serveMobile(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	v := &visit{b: b, module: r.URL.Query().Get("module"), query: r.URL.Query(), post: r.Method == http.MethodPost, now: b.opts.Now()}
	v.form, _ = url.ParseQuery(string(body)) // what is broken is missing
	if b.opts.GBK {
		v.form = decoded(v.form)
	}
	if c, err := r.Cookie(b.opts.CookiePrefix + "auth"); err == nil {
		if salt, err := r.Cookie(b.opts.CookiePrefix + "saltkey"); err == nil && salt.Value == saltOf(c.Value) {
			v.auth = c.Value
		}
	}
	b.strike(w, v)
}

func decoded(form url.Values) url.Values {
	out := url.Values{}
	for name, all := range form {
		for _, s := range all {
			u, err := simplifiedchinese.GBK.NewDecoder().String(s)
			if err != nil {
				u = "?"
			}
			out.Add(name, u)
		}
	}
	return out
}

// carryOut does what is asked.
func (v *visit) carryOut() reply {
	b := v.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if until, ok := b.sessions[v.auth]; ok && v.now.Before(until) {
		v.uid = firstUID
	}
	switch {
	case v.module == "login" && v.post:
		return v.login()
	case v.module == "forumindex":
		return v.said("", map[string]any{"catlist": []any{}})
	case v.uid == 0:
		return v.said("to_login//1", nil)
	case v.module == "newthread" || v.module == "sendreply" || v.module == "sendpm":
		return v.write()
	}
	return v.read()
}

func (v *visit) said(word string, vars map[string]any) reply {
	return reply{word: word, vars: vars, uid: v.uid}
}

func (v *visit) login() reply {
	if v.query.Get("loginsubmit") != "yes" || v.form.Get("username") != v.b.opts.Username || v.form.Get("password") != v.b.opts.Password {
		return v.said("login_invalid", nil)
	}
	v.auth = sum("auth", strconv.Itoa(len(v.b.sessions)))
	v.b.sessions[v.auth] = v.now.Add(v.b.opts.SessionLife)
	v.uid = firstUID
	r := v.said("login_succeed", nil)
	for name, value := range map[string]string{"auth": v.auth, "saltkey": saltOf(v.auth)} {
		r.cookies = append(r.cookies, &http.Cookie{Name: v.b.opts.CookiePrefix + name, Value: value, Path: "/", HttpOnly: true})
	}
	return r
}

func saltOf(auth string) string { return sum("salt", auth)[:8] }

func sum(parts ...string) string {
	h := md5.Sum([]byte(strings.Join(parts, "|")))
	return hex.EncodeToString(h[:])
}

// token is the form's: another one for each member, and a new one from time to time.
func (v *visit) token() string {
	return sum("form", strconv.Itoa(v.uid), strconv.FormatInt(v.now.UnixNano()/int64(v.b.opts.TokenLife), 10))[:8]
}

// Expire ends every session, as a change of password does.
func (b *Board) Expire() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.sessions)
}

// text makes every value what PHP makes of it: text, or a list of such.
func text(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = text(x)
		}
		return out
	case []any:
		if len(v) == 0 {
			return ""
		}
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = text(x)
		}
		return out
	case time.Time:
		return strconv.FormatInt(v.Unix(), 10)
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	}
	return fmt.Sprint(v)
}

// body is the answer in the board's charset.
func (r reply) body(v *visit) []byte {
	if r.bare != "" {
		return []byte(r.bare)
	}
	member := ""
	if v.uid = r.uid; v.uid != 0 {
		member = v.b.opts.Username
	}
	vars := map[string]any{
		"cookiepre": v.b.opts.CookiePrefix, "auth": v.auth, "saltkey": "", "member_uid": v.uid, "member_username": member, "formhash": v.token(),
		"groupid": "10", "ismoderator": "", "notice": map[string]any{"newpush": "0", "newpm": "0", "newprompt": "0", "newmypost": "0"},
	}
	for k, x := range r.vars {
		vars[k] = x
	}
	out := map[string]any{"Version": "3", "Charset": "UTF-8", "Variables": text(vars)}
	if r.word != "" {
		out["Message"] = map[string]string{"messageval": r.word, "messagestr": spoken(r.word)}
	}
	if v.b.opts.GBK {
		out["Charset"] = "GBK"
	}
	raw, _ := json.Marshal(out) // such values always marshal
	if v.b.opts.GBK {
		if coded, err := simplifiedchinese.GBK.NewEncoder().Bytes(raw); err == nil {
			return coded
		}
	}
	return raw
}

// spoken is what the board tells people.
func spoken(word string) string {
	switch {
	case strings.HasSuffix(word, "_mod_succeed"):
		return "您的帖子需要审核，请等待版主处理"
	case strings.HasSuffix(word, "succeed"), word == "do_success":
		return "操作成功"
	case strings.HasPrefix(word, "post_flood"):
		return "抱歉，您两次发表间隔少于规定时间，请稍候再发表"
	}
	return "抱歉，您的请求无法完成"
}
