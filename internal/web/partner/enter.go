package partner

import (
	"errors"
	"net/http"
	"strings"

	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// signInPage is the page for whoever is not signed in.
type signInPage struct {
	Code string // of an invitation that is good
	Name string
}

const maxForm = 16 << 10

const denied = "账号或密码不对，或者试的次数太多。请等一分钟再试，或请负责民警重新邀请。"

// enter shows an invitation. Opening it does not use it up: chats and mail programs open links, too.
func (p *pages) enter(w http.ResponseWriter, r *http.Request) {
	code := r.URL.Query().Get("code")
	o, err := p.door.Peek(r.Context(), code)
	switch {
	case errors.Is(err, signin.ErrDenied):
		p.show(w, r, http.StatusNotFound, "sign-in", view{Title: "网站安全员登录", Problem: "这个邀请已经用过、过期或撤销。请用账号和密码登录，或请负责民警重新邀请。", Data: signInPage{}})
	case err != nil:
		p.broken(w, r, err)
	default:
		p.show(w, r, http.StatusOK, "sign-in", view{Title: "接受邀请", Data: signInPage{Code: code, Name: o.Name}})
	}
}

func (p *pages) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	var o *record.Officer
	var err error
	if code := r.PostFormValue("code"); code != "" {
		o, err = p.door.ByCode(r.Context(), code)
	} else {
		o, err = p.door.ByPassword(r.Context(), strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("password"))
	}
	if errors.Is(err, signin.ErrDenied) {
		p.show(w, r, http.StatusUnauthorized, "sign-in", view{Title: "网站安全员登录", Problem: denied, Data: signInPage{Name: r.PostFormValue("name")}})
		return
	}
	if err == nil {
		err = p.door.Enter(r.Context(), o)
	}
	if err != nil {
		p.broken(w, r, err)
		return
	}
	http.Redirect(w, r, Path, http.StatusSeeOther)
}

func (p *pages) signOut(v *visit) error {
	if err := p.door.Leave(v.r.Context()); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, Path, http.StatusSeeOther)
	return nil
}

// setPassword sets the password of whoever is signed in; the first one needs no other.
func (p *pages) setPassword(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if _, ok := p.door.FormNonce(v.r.Context(), v.r.PostFormValue("key")); !ok {
		p.showHome(v, http.StatusForbidden, "这一页打开得太久了，请再填一次。", "")
		return nil
	}
	next := v.r.PostFormValue("next")
	if next != v.r.PostFormValue("again") {
		p.showHome(v, http.StatusUnprocessableEntity, "两次输入的新密码不一样。", "")
		return nil
	}
	switch err := p.door.SetPassword(v.r.Context(), v.who.ID, v.r.PostFormValue("current"), next); {
	case errors.Is(err, signin.ErrDenied):
		p.showHome(v, http.StatusUnprocessableEntity, "现在的密码不对，或者试的次数太多。", "")
		return nil
	case errors.Is(err, signin.ErrShort):
		p.showHome(v, http.StatusUnprocessableEntity, "新密码至少要十个字符，最多二百五十六字节。", "")
		return nil
	case err != nil:
		return err
	}
	o, err := record.Fetch[record.Officer](v.r.Context(), p.desk, v.who.ID)
	if err != nil {
		return err
	}
	if err := p.door.Enter(v.r.Context(), o); err != nil { // the new password has ended the session
		return err
	}
	v.who = o
	p.showHome(v, http.StatusOK, "", "密码已设好。以后用账号 "+o.ID+" 和密码登录。")
	return nil
}
