//! Steps 3 to 5 of a request's way: the same verdict, whether what it rests on is at hand or has to be read first.

use std::rc::Rc;

use web_sys::Request as HttpRequest;

use crate::evidence::RequestContext;
use crate::evidence::{Evidence, Wanted};
use crate::gate::{Gate, integration};
use crate::platform::body::{self, BodyError};
use crate::platform::clock;
use tidegate::decision::{Decision, Denial, Grant, authenticate, decide};
use tidegate::feed::Source;
use tidegate::policy::{OwnerFields, POLICY_KEY, Policy, StoredPolicy};
use tidegate::request::{Body, BodyTooLong, MAX_BODY_BYTES, RequestError};
use tidegate::time::Timestamp;
use tidegate::token::VerifiedRequest;

/// What came of a look at a request, but for a denial.
enum Verdict {
    Grants(Grant),
    /// Its owner's id stands in its body, which was not read yet.
    ReadsBody,
    /// What the policy says of its path is corrupt: it is to be read whole, from wherever it is sound.
    ReadsPolicy(Denial),
}

impl Gate<'_> {
    /// Steps 3 to 5 by what memory holds; `None` where that does not do.
    pub fn judge_at_once(&self, request: &VerifiedRequest) -> Option<Result<Grant, Denial>> {
        match self.verdict_at_once(request, false)? {
            Err(denial) if self.is_doubtful(&denial) => self.verdict_at_once(request, true),
            judged => Some(judged),
        }
    }

    fn verdict_at_once(&self, request: &VerifiedRequest, for_denial: bool) -> Option<Result<Grant, Denial>> {
        let now_ms = self.isolate.now_ms();
        let evidence = self.recall(Wanted { record: integration(request), policy: true, for_denial }, now_ms)?;
        match self.verdict(request, evidence, clock::seconds(now_ms)) {
            Ok(Verdict::Grants(grant)) => Some(Ok(grant)),
            Ok(Verdict::ReadsBody | Verdict::ReadsPolicy(_)) => None,
            Err(denial) => Some(Err(denial)),
        }
    }

    /// Steps 3 to 5; a denial from memory is judged once more with what the stores hold now.
    pub async fn judge(
        &self,
        request: &VerifiedRequest,
        http: &HttpRequest,
        context: &RequestContext,
    ) -> Result<Grant, Denial> {
        match self.judge_with(request, false, http, context).await {
            Err(denial) if self.is_doubtful(&denial) => self.judge_with(request, true, http, context).await,
            judged => judged,
        }
    }

    async fn judge_with(
        &self,
        request: &VerifiedRequest,
        for_denial: bool,
        http: &HttpRequest,
        context: &RequestContext,
    ) -> Result<Grant, Denial> {
        let wanted = Wanted { record: integration(request), policy: true, for_denial };
        let mut has_distrusted = false;
        loop {
            let evidence = self.evidence(wanted, context).await?;
            match self.verdict(request, evidence, clock::now())? {
                Verdict::Grants(grant) => return Ok(grant),
                // A body takes as long as its client likes. What was read before it is looked at once more after it.
                Verdict::ReadsBody => drop(self.read_body(http).await?),
                Verdict::ReadsPolicy(denial) if has_distrusted => return Err(denial),
                Verdict::ReadsPolicy(_) => {
                    has_distrusted = true;
                    self.isolate.distrust_policy();
                }
            }
        }
    }

    /// One look at a request. The token goes first: one that is not valid learns nothing of the policy, not even a fault, and has
    /// no body read.
    fn verdict(&self, request: &VerifiedRequest, evidence: Evidence, now: Timestamp) -> Result<Verdict, Denial> {
        let Evidence { record, policy } = evidence;
        let record = record?;
        let policy = policy.map(|policy| part(&policy, request));
        let part = policy.as_ref().ok().and_then(|part| part.as_ref().ok());
        // Without a credential nothing is worth reading.
        let reading = request.credential().zip(part).and_then(|(_, policy)| {
            Some(policy.owner_fields(request)).filter(|fields| *fields != OwnerFields::default())
        });
        if let Some(presented) = request.credential().filter(|_| reading.is_some() || part.is_none()) {
            authenticate(presented, record.as_deref(), now)?;
        }
        let policy = match &policy {
            Ok(Ok(part)) => part,
            Ok(Err(corrupt)) => return Ok(Verdict::ReadsPolicy(corrupt.clone())),
            Err(denial) => return Err(denial.clone()),
        };
        if self.body.get().is_none() && reading.as_ref().is_some_and(|fields| fields.body) && !self.has_unread_body() {
            return Ok(Verdict::ReadsBody);
        }
        let with_more = reading.map(|fields| self.with_owner_fields(request, &fields)).transpose()?;
        match decide(with_more.as_ref().unwrap_or(request), record.as_deref(), policy, now) {
            Decision::Allow(grant) => Ok(Verdict::Grants(grant)),
            Decision::Deny(denial) => Err(denial),
        }
    }

    /// What a verdict rests on, from memory; where it came from is kept for the log.
    pub fn recall(&self, wanted: Wanted<'_>, now_ms: u64) -> Option<Evidence> {
        let (evidence, provenance) = self.isolate.at_hand(wanted, now_ms)?;
        self.provenance.replace(Some(provenance));
        Some(evidence)
    }

    /// What a verdict rests on, wherever it is; where it came from is kept for the log.
    pub async fn evidence(&self, wanted: Wanted<'_>, context: &RequestContext) -> Result<Evidence, Denial> {
        let (evidence, provenance) = context.gather(wanted).await?;
        self.provenance.replace(Some(provenance));
        Ok(evidence)
    }

    /// Whether the stores could say otherwise by now.
    fn is_doubtful(&self, denial: &Denial) -> bool {
        denial.may_be_outdated() && self.rested_on_memory(denial)
    }

    /// Whether what a denial rests on was remembered from an earlier request.
    fn rested_on_memory(&self, denial: &Denial) -> bool {
        let is_of_record = denial.is_of_record();
        self.provenance
            .borrow()
            .as_ref()
            .is_some_and(|from| is_memory(from.record) || (!is_of_record && is_memory(from.policy)))
    }

    /// The request with what its operation reads an owner's id from, beside path and query.
    fn with_owner_fields(
        &self,
        request: &VerifiedRequest,
        fields: &OwnerFields<'_>,
    ) -> Result<VerifiedRequest, Denial> {
        let add = |request: VerifiedRequest, name: &&str| match self.head.header(name) {
            Some(value) => request.with_header(name, &value),
            None => request,
        };
        let request = fields.headers.iter().fold(request.clone(), add);
        if !fields.body {
            return Ok(request);
        }
        let body = self.body.get().map_or(&[][..], Vec::as_slice);
        let encoded = self.head.header("content-encoding").is_some();
        let body = Body::parse(self.head.header("content-type").as_deref(), encoded, body);
        Ok(request.with_body(body.map_err(RequestError::from)?))
    }

    /// Whether the body is of a kind that is not read, however long it is.
    fn has_unread_body(&self) -> bool {
        Body::is_unread(self.head.header("content-type").as_deref())
    }

    async fn read_body(&self, http: &HttpRequest) -> Result<&[u8], Denial> {
        if let Some(body) = self.body.get() {
            return Ok(body);
        }
        let body = body::read(http, MAX_BODY_BYTES).await.map_err(|error| match error {
            BodyError::TooLong => Denial::from(RequestError::from(BodyTooLong)),
            BodyError::TooSlow | BodyError::Broken(_) => Denial::ClientGone,
        })?;
        Ok(self.body.get_or_init(|| body))
    }
}

/// What the policy says of a request's path.
fn part(policy: &StoredPolicy, request: &VerifiedRequest) -> Result<Rc<Policy>, Denial> {
    policy.concerning(request.path()).map_err(|corrupt| Denial::Store(format!("{POLICY_KEY} is corrupt: {corrupt}")))
}

fn is_memory(origin: Option<(Source, u64)>) -> bool {
    origin.is_some_and(|(source, _)| source == Source::Memory)
}
