package notify

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const maxBody = 1 << 20 // bytes of an answer, which holds a code and a sentence

// robot writes into one group.
type robot struct {
	dialect
	http      *resty.Client
	key, sign string
}

// dialect is what one kind of group expects.
type dialect struct {
	base  string
	sign  bool // its robots can ask for a signature
	codes map[string]meaning
	// request makes path, query and body of one message; at signs it.
	request func(r *robot, at adapters.Attempt, m adapters.Message) (path string, query url.Values, body any)
}

var dialects = map[string]dialect{
	kindWecom:    {base: "https://qyapi.weixin.qq.com", codes: wecomCodes, request: wecom},
	kindDingtalk: {base: "https://oapi.dingtalk.com", sign: true, codes: dingtalkCodes, request: dingtalk},
	kindFeishu:   {base: "https://open.feishu.cn", sign: true, codes: feishuCodes, request: feishu},
}

func newRobot(c adapters.Config, h adapters.Host, kind string) (*robot, error) {
	r := &robot{dialect: dialects[kind], key: strings.TrimSpace(c.Secrets["key"].Reveal()), sign: strings.TrimSpace(c.Secrets["sign"].Reveal())}
	base := strings.TrimRight(cmp.Or(c.BaseURL, r.base), "/")
	u, err := url.Parse(base)
	switch {
	case r.key == "":
		return nil, misconfigured(c, "secret key is missing: it is the end of the robot's address, see docs/notify.md")
	case strings.ContainsAny(r.key, "/?&=# "):
		return nil, misconfigured(c, "secret key must be the end of the robot's address only, not the whole address, see docs/notify.md")
	case r.sign != "" && !r.dialect.sign:
		return nil, misconfigured(c, "secret sign is not used by %s: take it out", kind)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil:
		return nil, misconfigured(c, "base_url must look like %s, without the robot's key", r.base)
	}
	r.http = onResty(h.Write, base, h.Log)
	return r, nil
}

// onResty puts resty on a copy of the lent client. No redirect is followed: it would carry the key elsewhere.
func onResty(lent *http.Client, base string, log *slog.Logger) *resty.Client {
	hc := *lent
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return resty.NewWithClient(&hc).SetBaseURL(base).SetRetryCount(0).SetJSONEscapeHTML(false).SetResponseBodyLimit(maxBody).
		SetDisableWarn(true).SetLogger(restyLog{log})
}

// restyLog passes resty's own remarks on without their arguments, which hold addresses, and so keys.
type restyLog struct{ log *slog.Logger }

func (l restyLog) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l restyLog) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l restyLog) Debugf(string, ...any)          {}

// answer is what the three kinds say: WeCom and DingTalk errcode, Feishu code.
type answer struct {
	Errcode json.Number `json:"errcode"`
	Code    json.Number `json:"code"`
	Errmsg  string      `json:"errmsg"`
	Msg     string      `json:"msg"`
}

// carry posts one message. An answer without a code of 0 is no success.
func (r *robot) carry(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Ref, error) {
	if r.sign != "" && at.Deadline.IsZero() {
		return "", rejected(adapters.ScopeItem, fmt.Errorf("a signed message needs the attempt's deadline, because an adapter has no clock"))
	}
	path, query, body := r.request(r, at, m)
	var trace adapters.Trace
	resp, err := r.http.R().SetContext(trace.Watch(ctx)).SetQueryParamsFromValues(query).SetHeader("Content-Type", "application/json").SetBody(body).Post(path)
	if err != nil {
		fail := trace.Fail(op, err)
		fail.Err = r.hide(fail.Err.Error(), m)
		return "", fail
	}
	if err := r.refusal(resp, m); err != nil {
		return "", err
	}
	return adapters.Ref(at.Key), nil
}

// refusal says what is wrong with an answer, or nil when the message is in the group.
func (r *robot) refusal(resp *resty.Response, m adapters.Message) error {
	var said answer
	if err := json.Unmarshal(resp.Body(), &said); err != nil {
		return r.strange(resp)
	}
	code := string(cmp.Or(said.Errcode, said.Code, "0"))
	if said.Errcode+said.Code == "" { // promise 4
		return r.strange(resp)
	}
	if code == "0" && resp.StatusCode() == http.StatusOK {
		return nil
	}
	known := r.codes[code]
	return &adapters.Error{Class: known.class, Scope: known.scope, Code: code, Phase: adapters.Answered, Op: op,
		Err: fmt.Errorf("%w%s", r.hide(cmp.Or(said.Errmsg, said.Msg), m), known.mend)}
}

// strange is for an answer that holds no code: it does not come from the platform itself, or it was cut.
func (r *robot) strange(resp *resty.Response) error {
	e := &adapters.Error{Op: op, Phase: adapters.Answered, Code: fmt.Sprintf("HTTP %d", resp.StatusCode()), Err: fmt.Errorf("the answer (%d bytes) holds no code of the platform's: look at base_url and the proxy", len(resp.Body()))}
	switch resp.StatusCode() {
	case http.StatusTooManyRequests:
		e.Class, e.Scope, e.Until = adapters.RateLimited, adapters.ScopeAccount, adapters.RetryAfter(resp.Header())
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Class, e.Scope = adapters.AuthExpired, adapters.ScopeAccount
	}
	return e
}

func (r *robot) hide(text string, m adapters.Message) error {
	return hidden(text, r.key, url.QueryEscape(r.key), r.sign, url.QueryEscape(r.sign), strings.TrimPrefix(m.To.ID, "@"))
}

// everybody is the recipient that stands for a whole group.
const everybody = "@all"

// mobile says whether an id is a phone number, by which groups name people, too.
func mobile(id string) bool {
	return len(id) == 11 && strings.IndexFunc(id, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// Source: developer.work.weixin.qq.com/document/path/91770.
func wecom(r *robot, _ adapters.Attempt, m adapters.Message) (string, url.Values, any) {
	text := map[string]any{"content": m.Text}
	switch {
	case mobile(m.To.ID):
		text["mentioned_mobile_list"] = []string{m.To.ID}
	case m.To.ID != "":
		text["mentioned_list"] = []string{m.To.ID}
	}
	return "/cgi-bin/webhook/send", url.Values{"key": {r.key}}, map[string]any{"msgtype": "text", "text": text}
}

// The signature is keyed with the secret over time and secret; the time is in milliseconds and may be an
// hour off. Source: open.dingtalk.com, 自定义机器人安全设置.
func dingtalk(r *robot, at adapters.Attempt, m adapters.Message) (string, url.Values, any) {
	query := url.Values{"access_token": {r.key}}
	if r.sign != "" {
		stamp := strconv.FormatInt(at.Deadline.UnixMilli(), 10)
		query.Set("timestamp", stamp)
		query.Set("sign", mac(r.sign, stamp+"\n"+r.sign))
	}
	named := map[string]any{"isAtAll": m.To.ID == everybody}
	text := m.Text
	switch {
	case m.To.ID == "" || m.To.ID == everybody:
	case mobile(m.To.ID):
		named["atMobiles"], text = []string{m.To.ID}, text+"\n@"+m.To.ID
	default:
		named["atUserIds"], text = []string{m.To.ID}, text+"\n@"+m.To.ID
	}
	return "/robot/send", query, map[string]any{"msgtype": "text", "text": map[string]string{"content": text}, "at": named}
}

// The signature is keyed with time and secret over nothing; the time is in seconds and may be an hour off.
// Source: open.feishu.cn, 自定义机器人使用指南.
func feishu(r *robot, at adapters.Attempt, m adapters.Message) (string, url.Values, any) {
	text := m.Text
	if who := strings.TrimPrefix(m.To.ID, "@"); who != "" {
		text += "\n" + `<at user_id="` + strings.Map(idOnly, who) + `"></at>`
	}
	body := map[string]any{"msg_type": "text", "content": map[string]string{"text": text}}
	if r.sign != "" {
		stamp := strconv.FormatInt(at.Deadline.Unix(), 10)
		body["timestamp"], body["sign"] = stamp, mac(stamp+"\n"+r.sign, "")
	}
	return "/open-apis/bot/v2/hook/" + url.PathEscape(r.key), nil, body
}

// idOnly drops what could close the mark around an id.
func idOnly(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' {
		return r
	}
	return -1
}

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
