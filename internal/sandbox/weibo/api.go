package weibo

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errors are the words that go with a code.
var words = map[int]string{
	10001: "system error!", 10005: "Insufficient app permissions!", 10008: "param error, see doc for more info.", 10009: "Too many pending tasks, system is busy!",
	10010: "job expired!", 10014: "Insufficient app permissions!", 10016: "miss required parameter", 10017: "text not find domain!",
	10020: "request api not found!", 10021: "HTTP method is not suported for this request!", 10022: "IP requests out of rate limit!",
	10023: "User requests out of rate limit!", 10024: "User requests for this interface out of rate limit!", 20003: "user does not exists!",
	20008: "content is null!", 20012: "text too long, please input text less than 140 characters!", 20013: "text too long, please input text less than 300 characters!",
	20016: "out of limit", 20018: "contain illegal website!", 20019: "repeat content!", 20032: "Update success, while server slow now, please wait 1-2 minutes",
	20101: "target weibo does not exist!", 20201: "target weibo comment does not exist!", 20301: "can't send direct message to user who is not your follower!",
	20305: "direct message does not exist!", 20306: "repeat direct message text!", 21301: "auth faild!", 21319: "accessor was revoked!", 21322: "redirect_uri_mismatch", 21324: "invalid_client",
	21325: "invalid_grant", 21327: "expired_token", 21328: "unsupported_grant_type", 21329: "unsupported_response_type", 21332: "invalid_access_token",
}

// Fault makes calls of a path fail.
type Fault struct {
	Path  string // such as /2/statuses/share.json
	Code  int
	Acts  bool // the deed is done all the same
	Times int
}

// Strike arms a fault for the next calls.
func (p *Platform) Strike(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &f)
}

// struck takes the next fault for a path, if there is one.
func (p *Platform) struck(path string) *Fault {
	for _, f := range p.faults {
		if f.Path == path && f.Times > 0 {
			f.Times--
			return f
		}
	}
	return nil
}

// answer is what one call comes to: a code, or a body.
type answer struct {
	code int
	body any
}

func fail(code int) answer { return answer{code: code} }
func ok(body any) answer   { return answer{body: body} }

func (p *Platform) api(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseMultipartForm(maxBody) // a plain form is parsed too; what cannot be read is missing
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/oauth2/") {
		p.oauth(w, r)
		return
	}
	if code := p.admit(r); code != 0 {
		p.refuse(w, r, code)
		return
	}
	f := p.struck(r.URL.Path)
	if f != nil && !f.Acts {
		p.refuse(w, r, f.Code)
		return
	}
	p.late = f != nil && f.Code == 20032
	a := p.call(r)
	switch {
	case f != nil && a.code == 0:
		p.refuse(w, r, f.Code)
	case a.code != 0:
		p.refuse(w, r, a.code)
	default:
		p.say(w, a.body)
	}
}

// token is what a call is authorised with: a parameter, or the header of OAuth2.
func token(r *http.Request) string {
	if t, is := strings.CutPrefix(r.Header.Get("Authorization"), "OAuth2 "); is {
		return t
	}
	return r.Form.Get("access_token")
}

func dayKey(token string, now time.Time) string {
	return "day " + token + now.In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly)
}

// admit checks the token and counts the call.
func (p *Platform) admit(r *http.Request) int {
	t := token(r)
	if code := p.authorized(t); code != 0 {
		return code
	}
	now := time.Now()
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	hour, day := "hour "+host+now.UTC().Format("2006010215"), dayKey(t, now)
	if p.spent[hour] >= p.opts.HourlyCalls {
		return 10022
	}
	if p.spent[day] >= p.opts.DailyCalls {
		return 10023
	}
	p.spent[hour]++
	p.spent[day]++
	return 0
}

func (p *Platform) call(r *http.Request) answer {
	type route struct {
		method string
		do     func(*http.Request) answer
	}
	get, post := http.MethodGet, http.MethodPost
	found, known := map[string]route{
		"/2/users/show.json":                   {get, p.userShow},
		"/2/statuses/share.json":               {post, p.share},
		"/2/statuses/update.json":              {post, func(*http.Request) answer { return fail(10014) }},
		"/2/statuses/upload_url_text/biz.json": {post, p.longPost},
		"/2/statuses/mentions.json":            {get, p.mentions},
		"/2/statuses/user_timeline.json":       {get, p.timeline},
		"/2/statuses/show.json":                {get, p.statusShow},
		"/2/statuses/count.json":               {get, p.statusCount},
		"/2/comments/create.json":              {post, p.commentCreate},
		"/2/comments/reply.json":               {post, p.commentReply},
		"/2/comments/to_me.json":               {get, p.commentsToMe},
		"/2/comments/mentions.json":            {get, p.commentMentions},
		"/2/messages/reply.json":               {post, p.messageReply},
		"/2/messages/sendall.json":             {post, p.sendAll},
		"/2/mss/msget":                         {get, p.fileGet},
	}[r.URL.Path]
	switch {
	case !known:
		return fail(10020)
	case r.Method != found.method:
		return fail(10021)
	}
	return found.do(r)
}

// refuse answers with a code, in the way the options say.
func (p *Platform) refuse(w http.ResponseWriter, r *http.Request, code int) {
	p.refused[strconv.Itoa(code)]++
	status := p.opts.ErrorStatus
	if status == 0 {
		status = http.StatusBadRequest
		if slices.Contains([]int{10005, 10014, 10022, 10023, 10024, 20301}, code) {
			status = http.StatusForbidden
		}
	}
	said := words[code]
	if said == "" {
		said = "error " + strconv.Itoa(code)
	}
	body := map[string]any{"error": said, "error_code": code, "request": r.URL.Path}
	if p.opts.CodesAsText {
		body["error_code"] = strconv.Itoa(code)
	}
	if p.opts.NoRequest {
		delete(body, "request")
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (p *Platform) say(w http.ResponseWriter, body any) {
	if f, is := body.(*file); is {
		w.Header().Set("Content-Type", f.mime)
		_, _ = w.Write(f.data) // the reader may have gone
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(body)
}

// num writes an id as a number, text a number as a string.
func num(id string) json.Number { return json.Number(id) }
func text(n int64) string       { return strconv.FormatInt(n, 10) }

// widths is the length of a text in Chinese characters: two letters or digits are one.
func widths(s string) int {
	n := 0
	for _, r := range s {
		if r > 127 {
			n++
		}
		n++
	}
	return (n + 1) / 2
}
