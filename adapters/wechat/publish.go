package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

var _ adapters.Publisher = (*account)(nil)

// Plan makes one article of a bulletin, which needs a title of at most 32 characters. The
// text may be Markdown; its HTML must fit, too.
// A draft made in the console is taken as it is.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	limit, _ := a.limits.For(adapters.Public)
	part := adapters.Part{
		Title: b.Title, Text: b.Text, Language: b.Language, Extras: b.Extras, Shows: b.Text,
		Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit,
	}
	if b.Source != "" {
		return adapters.Plan{Parts: []adapters.Part{part}}, nil
	}
	if err := a.limits.Pictures.Check(b.Extras); err != nil {
		return adapters.Plan{}, rejected("plan", adapters.ScopeItem, err)
	}
	content, err := a.article("plan", b.Title, b.Text, pictured(b.Extras))
	if err != nil {
		return adapters.Plan{}, err
	}
	part.Shows = words(content)
	return adapters.Plan{Parts: []adapters.Part{part}, Degraded: a.degraded(b)}, nil
}

func (a *account) degraded(b adapters.Bulletin) []string {
	out := a.articles.degraded(b.Text, b.Extras)
	if b.Quiet && a.options.publish == publishDraft {
		out = append(out, "without notifying followers: whoever sends the draft decides")
	}
	return out
}

// article renders a text with its pictures' addresses after checking every limit the
// platform would.
func (a *account) article(op, title, text string, pictures map[string]string) (string, error) {
	limit, _ := a.limits.For(adapters.Public)
	fail := func(err error) (string, error) { return "", rejected(op, adapters.ScopeItem, err) }
	if err := limit.Check(text); err != nil {
		return fail(err)
	}
	switch n := adapters.Runes.Count(title); {
	case strings.TrimSpace(text) == "":
		return fail(errors.New("the text is empty"))
	case strings.TrimSpace(title) == "":
		return fail(errors.New("an article needs a title"))
	case n > maxTitle:
		return fail(fmt.Errorf("the title: %w", &adapters.TooLong{Length: n, Max: maxTitle, Unit: adapters.Runes}))
	}
	content, err := a.articles.render(text, pictures)
	if err != nil {
		return fail(errors.New("the text cannot be made an article"))
	}
	if n := adapters.Runes.Count(content); n > maxContent {
		return fail(fmt.Errorf("with its markup the %w", &adapters.TooLong{Length: n, Max: maxContent, Unit: adapters.Runes}))
	}
	if len(content) > maxBytes {
		return fail(fmt.Errorf("with its markup the %w", &adapters.TooLong{Length: len(content), Max: maxBytes, Unit: adapters.Bytes}))
	}
	return content, nil
}

// Publish files the article as a draft for a person to send, or sends or publishes it, as
// option publish and the bulletin say. Either way the receipt is pending.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	if at.Key == "" || len(at.Key) > 64 {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errNoKey)
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	n, err := a.compose(ctx, op, p)
	if err != nil {
		return adapters.Receipt{}, err
	}
	switch {
	case a.options.publish == publishDraft && p.Source != "":
		return a.leaveTheirs(ctx, at, p)
	case a.options.publish == publishDraft:
		return a.leaveDraft(ctx, at, n)
	case a.options.publish == publishQuiet || p.Quiet:
		return a.publishQuietly(ctx, at, n, p)
	}
	return a.massSend(ctx, at, n, p)
}

// compose makes the article, its pictures and cover uploaded. A draft made in the console
// needs none.
func (a *account) compose(ctx context.Context, op string, p adapters.Part) (n news, err error) {
	if p.Source != "" {
		return n, nil
	}
	n = news{Title: p.Title, extras: p.Extras}
	if n.Content, err = a.article(op, p.Title, p.Text, pictured(p.Extras)); err != nil || len(p.Pictures) == 0 {
		return n, err
	}
	if err := a.limits.Pictures.Check(p.Extras); err != nil {
		return n, rejected(op, adapters.ScopeItem, err)
	}
	pictures, err := a.upload(ctx, op, p)
	if err != nil {
		return n, err
	}
	n.Content, err = a.article(op, p.Title, p.Text, pictures)
	return n, err
}

// leaveDraft files the draft. It has no key of the platform's, so it is looked for first:
// an earlier attempt may have filed it, and a person may have sent it since.
func (a *account) leaveDraft(ctx context.Context, at adapters.Attempt, n news) (adapters.Receipt, error) {
	const op = "publish"
	found, err := a.earlier(ctx, op, at.Code, at.N > 1)
	if err != nil || found.Ref != "" {
		found.Existed = found.Ref != ""
		return found, err
	}
	mediaID, header, err := a.addDraft(ctx, op, n, true)
	if err != nil {
		return adapters.Receipt{}, err
	}
	a.noteDraft(ctx, mediaID, note{Code: at.Code, Title: n.Title, Print: fingerprint(n.Content)}, header)
	return adapters.Receipt{Ref: draftRef(mediaID), At: dateOf(header), Pending: true}, nil
}

// earlier looks for what an earlier attempt left, in the draft box and, if published
// says so, among the published articles.
func (a *account) earlier(ctx context.Context, op, code string, published bool) (adapters.Receipt, error) {
	if code == "" {
		return adapters.Receipt{}, nil
	}
	d, err := a.findDraft(ctx, op, code)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if d != "" {
		return adapters.Receipt{Ref: draftRef(d), Pending: true}, nil
	}
	if !published {
		return adapters.Receipt{}, nil
	}
	p, err := a.findPublished(ctx, op, note{Code: code})
	if adapters.ClassOf(err) == adapters.Unsupported && err != nil {
		return adapters.Receipt{}, nil
	}
	return p.receipt(), err
}

// massSend sends an article to the audience. The key goes along as clientmsgid: when it
// was used within 24 hours, the platform refuses (45065) and names the earlier send. Source:
// service/api/notify/message/api_sendall.
func (a *account) massSend(ctx context.Context, at adapters.Attempt, n news, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	mediaID, made, err := a.prepared(ctx, at, n, p)
	if err != nil {
		return adapters.Receipt{}, err
	}
	filter := map[string]any{"is_to_all": a.options.audience == "all"}
	if tag, err := strconv.Atoi(a.options.audience); err == nil {
		filter["tag_id"] = tag
	}
	k := call{op: op, path: "/cgi-bin/message/mass/sendall", mutating: true, body: map[string]any{
		"filter": filter, "mpnews": map[string]string{"media_id": mediaID}, "msgtype": "mpnews",
		"send_ignore_reprint": 0, "clientmsgid": at.Key,
	}}
	var got struct {
		MsgID  text `json:"msg_id"`
		DataID text `json:"msg_data_id"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if err != nil {
		r, err := existed(at, err)
		if err == nil && made {
			a.discard(ctx, op, mediaID)
		}
		return r, err
	}
	if got.MsgID == "" { // promise 4
		return adapters.Receipt{}, nothing(k, "a msg_id")
	}
	if data, err := strconv.ParseInt(string(got.DataID), 10, 64); err == nil {
		a.remember(context.WithoutCancel(ctx), watched{Data: data, Ref: massRef(string(got.MsgID)), Day: dayOf(dateOf(header))})
	}
	return adapters.Receipt{Ref: massRef(string(got.MsgID)), At: dateOf(header), Pending: true}, nil
}

// existed turns "already sent" into the success it is.
func existed(at adapters.Attempt, err error) (adapters.Receipt, error) {
	var e *adapters.Error
	if !errors.As(err, &e) {
		return adapters.Receipt{}, err
	}
	if e.Code == "45065" && e.Ref != "" {
		return adapters.Receipt{Ref: e.Ref, Existed: true, Pending: true}, nil
	}
	// Sent before, and the platform does not say as what; or an earlier attempt's draft is
	// gone, and may be so because it was sent.
	if e.Code == "45065" || at.N > 1 && e.Code == "40007" { // promise 4
		unknown := *e
		unknown.Class = adapters.Unknown
		return adapters.Receipt{}, &unknown
	}
	return adapters.Receipt{}, err
}

// discard takes a draft out of the box that turned out not to be needed, lest a person
// sends it once more.
func (a *account) discard(ctx context.Context, op, mediaID string) {
	k := call{op: op, path: "/cgi-bin/draft/delete", prepares: true, body: map[string]string{"media_id": mediaID}}
	if err := a.http.do(ctx, k, nil); err != nil {
		a.log.Warn("the article was sent before, and a spare draft of it stays in the box: delete it in the console", "error", err)
	}
}

// prepared returns the media_id of this attempt's draft: one made in the console, the one
// an earlier attempt made, or a new one. It reaches nobody.
func (a *account) prepared(ctx context.Context, at adapters.Attempt, n news, p adapters.Part) (mediaID string, made bool, err error) {
	const op = "publish"
	if p.Source != "" {
		mediaID, _, err := a.unchanged(ctx, op, at, p)
		return mediaID, false, err
	}
	if at.N > 1 {
		left, err := a.leftBehind(ctx, op, at, n)
		if err != nil || left != "" {
			return left, false, err
		}
	}
	mediaID, header, err := a.addDraft(ctx, op, n, false)
	if err != nil {
		return "", false, err
	}
	a.noteDraft(ctx, mediaID, note{Code: at.Code, Title: n.Title, Print: fingerprint(n.Content)}, header) // ours, not the console's
	const keyed = 2 * 24 * time.Hour                                                                      // longer than the platform remembers the key
	if d := dateOf(header); !d.IsZero() {
		if err := a.memory.keep(ctx, "send/"+at.Key, mediaID, d.Add(keyed)); err != nil {
			a.log.Warn("the draft's media_id cannot be kept; another attempt would file a second draft", "error", err)
		}
	}
	return mediaID, true, nil
}

// leftBehind returns the draft an earlier attempt made, if nobody has touched it since:
// what is sent must be what was approved.
func (a *account) leftBehind(ctx context.Context, op string, at adapters.Attempt, n news) (string, error) {
	var mediaID string
	if ok, err := a.memory.load(ctx, "send/"+at.Key, &mediaID); err != nil || !ok || mediaID == "" {
		if mediaID, err = a.findDraft(ctx, op, at.Code); err != nil || mediaID == "" {
			return "", err
		}
	}
	is, err := a.inBox(ctx, op, mediaID)
	if err != nil || is == nil || is.Title != n.Title || fingerprint(is.Content) != fingerprint(n.Content) {
		return "", err
	}
	return mediaID, nil
}

// dateOf is the platform's time of an answer; zero when it does not say.
func dateOf(h http.Header) time.Time {
	d, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return d.UTC()
}

// dayOf is the platform's calendar day; "" for the zero time.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(china()).Format(time.DateOnly)
}

// Check asks what became of a receipt. A draft stays pending until a person has sent it.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	if msgID, ok := id(r.Ref, massPrefix); ok {
		return a.checkMass(ctx, r, msgID)
	}
	if mediaID, ok := id(r.Ref, draftPrefix); ok {
		return a.checkDraft(ctx, r, mediaID)
	}
	if jobID, ok := id(r.Ref, publishPrefix); ok {
		return a.checkJob(ctx, r, jobID)
	}
	if articleID, ok := id(r.Ref, postPrefix); ok {
		return a.checkArticle(ctx, r, articleID)
	}
	return adapters.Receipt{}, rejected("check", adapters.ScopeItem, errors.New("the receipt is none of a bulletin"))
}

func (a *account) checkMass(ctx context.Context, r adapters.Receipt, msgID string) (adapters.Receipt, error) {
	k := call{op: "check", path: "/cgi-bin/message/mass/get", body: map[string]string{"msg_id": msgID}}
	var got struct {
		Status string `json:"msg_status"`
	}
	if err := a.http.do(ctx, k, &got); err != nil {
		return adapters.Receipt{}, err
	}
	switch pending, err := massStatus(got.Status); {
	case err != nil:
		return adapters.Receipt{}, err
	case got.Status == "":
		return adapters.Receipt{}, nothing(k, "a status")
	default:
		r.Pending = pending
		return r, nil
	}
}

// massStatus reads the status of a mass send, as it stands in answers and, in other
// letters, in events. Err(NNNN) is the platform's objection to the content.
func massStatus(status string) (pending bool, err error) {
	word := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(status), " ", "_"))
	failed := func(class adapters.Class, why string) error {
		return &adapters.Error{Class: class, Scope: adapters.ScopeItem, Op: "check", Phase: adapters.Answered, Code: truncate(status, 40), Err: errors.New(why)}
	}
	switch {
	case word == "SEND_SUCCESS":
		return false, nil
	case word == "DELETE":
		return false, failed(adapters.Gone, "the mass send was deleted")
	case word == "SEND_FAIL":
		return false, failed(adapters.Rejected, "the mass send failed")
	case strings.HasPrefix(word, "ERR("):
		return false, failed(adapters.Rejected, "the platform objects to the content: "+objections(word))
	}
	return true, nil
}

// objections are the reasons documented for the status of a mass send.
func objections(word string) string {
	reasons := map[string]string{
		"10001": "advertising", "20001": "politics", "20004": "social", "20002": "pornography", "20006": "crime", "20008": "fraud",
		"20013": "copyright", "22000": "cross-promotion", "21000": "other",
	}
	code := strings.TrimSuffix(strings.TrimPrefix(word, "ERR("), ")")
	return or(reasons[code], "not explained") + "; a warning that quotes a fraud may be taken for one: appeal in the console, or reword"
}
