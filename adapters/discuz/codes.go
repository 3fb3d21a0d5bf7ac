package discuz

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// meaning is what one of the board's words says about a send.
type meaning struct {
	class adapters.Class
	scope adapters.Scope
	mend  string
}

// succeeded: it is done, or a moderator will look at it.
func succeeded(word string) bool {
	return word == "do_success" || underReview(word) || word == "post_newthread_succeed" || word == "post_reply_succeed"
}

func underReview(word string) bool {
	return word == "post_newthread_mod_succeed" || word == "post_reply_mod_succeed"
}

// words are refusals that are certain. A word that is not here is unknown for a send.
func words() map[string]meaning {
	const captcha = "the board demands a captcha: ask its operator to exempt the account's user group"
	const exempt = "ask the board's operator to exempt the account's user group"
	return map[string]meaning{
		"to_login": {adapters.AuthExpired, adapters.ScopeAccount, ""}, "not_loggedin": {adapters.AuthExpired, adapters.ScopeAccount, ""},
		"login_before_enter_home": {adapters.AuthExpired, adapters.ScopeAccount, ""},
		"login_invalid":           {adapters.AuthExpired, adapters.ScopeAccount, "compare username and password with what the operator issued"},
		"login_password_invalid":  {adapters.AuthExpired, adapters.ScopeAccount, "compare username and password with what the operator issued"},
		"login_question_invalid":  {adapters.AuthExpired, adapters.ScopeAccount, "take the security question off the account"},
		"login_question_empty":    {adapters.AuthExpired, adapters.ScopeAccount, "take the security question off the account"},
		"login_strike":            {adapters.RateLimited, adapters.ScopeAccount, "too many failed sign-ins; the board waits a quarter of an hour"},
		"login_seccheck2":         {adapters.AccountBlocked, adapters.ScopeAccount, captcha},

		"submit_invalid":         {adapters.NotSent, adapters.ScopeItem, "the form's token has run out"},
		"submit_seccode_invalid": {adapters.AccountBlocked, adapters.ScopeAccount, captcha},
		"submit_secqaa_invalid":  {adapters.AccountBlocked, adapters.ScopeAccount, captcha},

		"post_flood_ctrl":                  {adapters.RateLimited, adapters.ScopeAccount, exempt},
		"post_flood_ctrl_posts_per_hour":   {adapters.RateLimited, adapters.ScopeAccount, exempt},
		"post_flood_ctrl_threads_per_hour": {adapters.RateLimited, adapters.ScopeAccount, exempt},

		"word_banned":           {adapters.Rejected, adapters.ScopeItem, ""},
		"post_message_tooshort": {adapters.Rejected, adapters.ScopeItem, ""}, "post_message_toolong": {adapters.Rejected, adapters.ScopeItem, "set option max_message to the board's limit"},
		"post_subject_toolong": {adapters.Rejected, adapters.ScopeItem, ""}, "post_sm_isnull": {adapters.Rejected, adapters.ScopeItem, ""},
		"post_type_isnull":   {adapters.Rejected, adapters.ScopeEndpoint, "the board demands a thread type: set option typeid"},
		"post_thread_closed": {adapters.Rejected, adapters.ScopeItem, ""},

		"post_forum_newthread_nopermission": {adapters.Rejected, adapters.ScopeEndpoint, "ask the operator to let the account post there"},
		"post_forum_newreply_nopermission":  {adapters.Rejected, adapters.ScopeEndpoint, "ask the operator to let the account reply there"},
		"group_nopermission":                {adapters.Rejected, adapters.ScopeEndpoint, ""},
		"forum_nonexistence":                {adapters.Rejected, adapters.ScopeEndpoint, "option forum names no board"},
		"thread_nonexistence":               {adapters.Gone, adapters.ScopeItem, ""}, "post_nonexistence": {adapters.Gone, adapters.ScopeItem, ""},

		"no_privilege_sendpm":             {adapters.Rejected, adapters.ScopeEndpoint, "ask the operator to let the account send private messages"},
		"unable_to_send_air_news":         {adapters.Rejected, adapters.ScopeItem, ""},
		"message_bad_touid":               {adapters.Rejected, adapters.ScopeRecipient, ""},
		"message_bad_touser":              {adapters.Rejected, adapters.ScopeRecipient, ""},
		"is_blacklist":                    {adapters.WindowClosed, adapters.ScopeRecipient, ""},
		"message_can_not_send_onlyfriend": {adapters.WindowClosed, adapters.ScopeRecipient, ""},
		"message_can_not_send_to_self":    {adapters.Rejected, adapters.ScopeRecipient, ""},
		"message_can_not_send_1":          {adapters.RateLimited, adapters.ScopeAccount, exempt},
		"message_can_not_send_2":          {adapters.RateLimited, adapters.ScopeAccount, exempt},
		"message_can_not_send_3":          {adapters.WindowClosed, adapters.ScopeRecipient, ""},
		"message_can_not_send_4":          {adapters.Rejected, adapters.ScopeEndpoint, "ask the operator to let the account send private messages"},
		"message_can_not_send_6":          {adapters.WindowClosed, adapters.ScopeRecipient, ""},
		"message_can_not_send_8":          {adapters.Rejected, adapters.ScopeRecipient, ""},
		"message_can_not_send_9":          {adapters.WindowClosed, adapters.ScopeRecipient, ""},
		"message_can_not_send_16":         {adapters.RateLimited, adapters.ScopeAccount, exempt},

		"module_not_exists":    {adapters.Unsupported, adapters.ScopeEndpoint, "the board's plug-in for phones is too old or off"},
		"mobile_is_closed":     {adapters.Unsupported, adapters.ScopeAccount, "ask the operator to enable the plug-in for phones (掌上论坛)"},
		"user_banned":          {adapters.AccountBlocked, adapters.ScopeAccount, ""},
		"login_clearcookie_ip": {adapters.AccountBlocked, adapters.ScopeAccount, "the board refuses this address"},
	}
}

// refusal classifies a word that is no success.
func (a *account) refusal(k forum.Call, env envelope) *adapters.Error {
	word := env.word()
	e := &adapters.Error{Class: k.Unclear(), Op: k.Op, Phase: adapters.Answered, Code: short(word), Err: a.http.Quote(env.said())}
	m, known := words()[word]
	if !known {
		return e
	}
	e.Class, e.Scope = m.class, m.scope
	if m.mend != "" {
		e.Err = errors.New(e.Err.Error() + " (" + m.mend + ")")
	}
	return e
}

// short keeps of a code what can be one.
func short(word string) string {
	if len(word) > 60 || strings.ContainsAny(word, " \t\n<>") {
		return "unreadable"
	}
	return word
}

// byStatus classifies what is not the interface's own answer: a server or gateway in front of it.
func (a *account) byStatus(k forum.Call, answer *forum.Answer) *adapters.Error {
	e := &adapters.Error{Class: k.Unclear(), Scope: adapters.ScopeAccount, Op: k.Op, Phase: adapters.Answered, Code: strconv.Itoa(answer.Status), Err: errors.New("the web server answered in place of the board")}
	switch s := answer.Status; {
	case s == http.StatusUnauthorized:
		e.Class = adapters.AuthExpired
	case s == http.StatusTooManyRequests:
		e.Class, e.Until = adapters.RateLimited, adapters.RetryAfter(answer.Header)
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed:
		e.Class, e.Scope = adapters.Unsupported, adapters.ScopeEndpoint
	case s == http.StatusForbidden, s == http.StatusBadRequest, s == http.StatusRequestEntityTooLarge:
		e.Class = adapters.Rejected
	case s >= 300 && s < 400 && s != http.StatusSeeOther:
		e.Class = adapters.NotSent // nothing was processed here
	}
	return e
}

// notUnknown is an error of a call that wrote to nobody.
func notUnknown(err error) error {
	var e *adapters.Error
	if errors.As(err, &e) && e.Class == adapters.Unknown {
		known := *e
		known.Class = adapters.NotSent
		return &known
	}
	return err
}

func isGone(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Gone }
