package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// signInData is what the sign-in page shows.
type signInData struct {
	Code, Name, Next, Problem string
}

const usedUp = "这个一次性登录链接已经用过或者不存在。请用用户名和密码登录，或向管理员要一个新的。"

// signInPage asks for a name and a password. With a one-time code it only asks to go
// on: opening a link must not use the code up.
func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	d := signInData{Code: r.URL.Query().Get("code"), Next: safeNext(r.URL.Query().Get("next"))}
	if d.Code != "" {
		o, err := c.door.Peek(r.Context(), d.Code)
		switch {
		case errors.Is(err, signin.ErrDenied):
			d.Code, d.Problem = "", usedUp
		case err != nil:
			c.broken(w, r, err)
			return
		default:
			d.Name = o.Name
		}
	}
	c.showSignIn(w, r, http.StatusOK, d)
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	p := &page{Title: "登录", Now: time.Now(), Data: d}
	if err := c.write(w, status, "sign-in", p); err != nil {
		c.broken(w, r, err)
	}
}

// signIn has no form key, because there is no session yet: what protects it is that
// other sites' requests are turned away, and SameSite.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	next := safeNext(r.PostFormValue("next"))
	o, err := c.admit(r)
	if errors.Is(err, signin.ErrDenied) {
		d := signInData{Next: next, Name: r.PostFormValue("name"), Problem: "用户名或密码不对，或者试的次数太多。请等一分钟再试。"}
		if r.PostFormValue("code") != "" {
			d.Problem = usedUp
		}
		c.showSignIn(w, r, http.StatusUnauthorized, d)
		return
	}
	if err == nil {
		err = c.door.Enter(r.Context(), o)
	}
	if err != nil {
		c.broken(w, r, err)
		return
	}
	if err := c.door.Sweep(r.Context()); err != nil {
		c.log.Warn("old sessions were not swept", "err", err)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (c *Console) admit(r *http.Request) (*record.Officer, error) {
	if code := r.PostFormValue("code"); code != "" {
		return c.door.ByCode(r.Context(), code)
	}
	return c.door.ByPassword(r.Context(), strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("password"))
}

func (c *Console) signOut(v *visit) error {
	if err := c.door.Leave(v.ctx()); err != nil {
		return err
	}
	return v.to("/sign-in")
}

// nextQuery remembers where a visitor wanted to go.
func nextQuery(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return ""
	}
	return "?next=" + url.QueryEscape(r.URL.RequestURI())
}

// safeNext is a path on this very site.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

func (c *Console) me(v *visit) error { return c.show(v, "me", "我的账户", "me", nil) }

func (c *Console) setPassword(v *visit) error {
	next, again := v.r.PostFormValue("next"), v.r.PostFormValue("again")
	problem := ""
	if next != again {
		problem = "两次输入的新密码不一样。"
	}
	if problem == "" {
		err := c.door.SetPassword(v.ctx(), v.officer.ID, v.r.PostFormValue("current"), next)
		switch {
		case errors.Is(err, signin.ErrDenied):
			problem = "现在的密码不对，或者试的次数太多。"
		case errors.Is(err, signin.ErrShort):
			problem = "新密码至少要十个字符，最多二百五十六字节。"
		case errors.Is(err, record.ErrConflict):
			problem = "您的账户刚才在别处被改动，请再试一次。"
		case err != nil:
			return err
		}
	}
	if problem != "" {
		return c.showAs(v, http.StatusUnprocessableEntity, "me", "我的账户", "me", &notice{Text: problem, Bad: true}, nil)
	}
	return c.stay(v)
}

// stay renews the session, which the new password has ended.
func (c *Console) stay(v *visit) error {
	o, err := record.Fetch[record.Officer](v.ctx(), c.desk, v.officer.ID)
	if err != nil {
		return err
	}
	if err := c.door.Enter(v.ctx(), o); err != nil {
		return err
	}
	c.say(v, notice{Text: "密码已更换，其他地方的登录都已退出。"})
	return v.to("/me")
}
