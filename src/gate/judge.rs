//! Steps 3 to 5 of a request's way: the verdict on what was found.

use std::rc::Rc;

use super::evidence::Evidence;
use super::memory::Memory;
use super::part_reader::PartReader;
use super::plans::arrival;
use super::provenance::Provenance;
use super::read::{Read, Reading};
use super::step::{Answer, Forward, Step};
use super::{Gate, Stage, integration};
use crate::decision::{Denial, Grant, locate};
use crate::feed::Source;
use crate::forward::{Forwarding, goes_by_class, plan, preflight};
use crate::policy::{CorruptPolicy, OwnerFields, POLICY_KEY, PartDigest, Policy, StoredPolicy};
use crate::request::{Body, BodyTooLong, MAX_BODY_BYTES, Method, RequestError};
use crate::time::Timestamp;
use crate::token::VerifiedRequest;

/// How long a client may take to send a body that has to be judged, in milliseconds.
const BODY_TIMEOUT_MS: u64 = 60_000;

/// How many parts of the policy are read for one request. Each look asks for the next one.
const MAX_PARTS_READ: u32 = 64;

/// What came of a look at a request, but for a denial.
enum Verdict {
    Grants(Grant),
    /// It is a browser's question whether it may ask, and this is the answer.
    Answers(Answer),
    /// Its owner's id may stand in a header field that was not read yet.
    ReadsFields,
    /// Its owner's id stands in its body, which was not read yet.
    ReadsBody,
    /// What the policy says of its path stands in a part that was not read yet.
    ReadsPart(Rc<StoredPolicy>, PartDigest),
    /// What the policy says of its path is corrupt: it is to be read whole, from wherever it is sound.
    ReadsPolicy(Denial),
}

impl Gate {
    /// Judges a request. A denial from memory is judged once more with what the stores hold now.
    pub(super) fn judge(
        mut self,
        request: VerifiedRequest,
        evidence: Evidence,
        provenance: Provenance,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        match self.verdict(&request, evidence, memory, now_ms) {
            Ok(Verdict::Grants(grant)) => self.forward(request, &grant, &provenance, memory, now_ms),
            Ok(Verdict::Answers(answer)) => self.answer(answer, None, memory, now_ms),
            Ok(Verdict::ReadsFields) => self.wait(Stage::Fields(request), Read::Fields),
            Ok(Verdict::ReadsBody) => {
                let read = Read::Body { limit: MAX_BODY_BYTES, timeout_ms: BODY_TIMEOUT_MS };
                self.wait(Stage::Body(request), read)
            }
            Ok(Verdict::ReadsPart(_, digest)) if self.parts_read >= MAX_PARTS_READ => {
                let denial = Denial::Store(format!("{}: more parts are needed than are read", digest.key()));
                self.deny(&denial, integration(&request), Some(&provenance), memory, now_ms)
            }
            Ok(Verdict::ReadsPart(policy, digest)) => {
                self.parts_read = self.parts_read.saturating_add(1);
                let (reader, read) = PartReader::begin(policy, digest, request.credential().is_none());
                self.wait(Stage::Part(request, reader), read)
            }
            Ok(Verdict::ReadsPolicy(denial)) if self.has_distrusted => {
                self.deny(&denial, integration(&request), Some(&provenance), memory, now_ms)
            }
            Ok(Verdict::ReadsPolicy(_)) => {
                self.has_distrusted = true;
                memory.distrust_policy();
                self.look_for_evidence(request, memory, now_ms)
            }
            Err(denial) if !self.for_denial && is_doubtful(&denial, &provenance) => {
                self.for_denial = true;
                self.look_for_evidence(request, memory, now_ms)
            }
            Err(denial) => self.deny(&denial, integration(&request), Some(&provenance), memory, now_ms),
        }
    }

    /// One look at a request. The token goes first: one that is not valid learns nothing of the policy, not even a fault, and has
    /// no body read.
    fn verdict(
        &mut self,
        request: &VerifiedRequest,
        evidence: Evidence,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Result<Verdict, Denial> {
        let (record, now) = (evidence.record?, Timestamp::from_seconds(now_ms / 1000));
        let identity = match request.credential() {
            Some(presented) => Some(self.identify(presented, record.as_deref(), now)?),
            None => None,
        };
        let stored = evidence.policy?;
        let policy = match stored.concerning(request.path()) {
            Ok(policy) => policy,
            Err(CorruptPolicy::Part(digest)) => return Ok(Verdict::ReadsPart(stored, digest)),
            Err(corrupt) => {
                let denial = Denial::Store(format!("{POLICY_KEY} is corrupt: {corrupt}"));
                // Every store has the same parts: each is known by its digest.
                return if stored.is_in_parts() { Err(denial) } else { Ok(Verdict::ReadsPolicy(denial)) };
            }
        };
        if identity.is_none()
            && let Some(answer) = self.preflight(request, &policy)
        {
            return Ok(Verdict::Answers(answer));
        }
        let located = locate(&policy, request);
        if let Some(operation) = located.operation() {
            self.see_operation(request, (operation.method.as_str(), operation.path.as_str()), memory);
        }
        // Without a credential nothing is worth reading.
        let level = identity.as_ref().map(|identity| identity.owner().level);
        let fields = level.map_or_else(OwnerFields::default, |level| located.owner_fields(level));
        if fields == OwnerFields::default() {
            return located.judge(request, identity).map(Verdict::Grants);
        }
        if !self.has_all_fields {
            return Ok(Verdict::ReadsFields);
        }
        // A body of a kind that is not parsed is not read, however long it is.
        if fields.body && self.body.is_none() && !Body::is_unread(self.fields.value("content-type")) {
            return Ok(Verdict::ReadsBody);
        }
        let request = self.with_owner_fields(request, &fields)?;
        located.judge(&request, identity).map(Verdict::Grants)
    }

    /// The answer to a preflight (Fetch standard, section 3.3.2) for a path that the policy knows; `None` for any other request, and
    /// where CORS is off.
    fn preflight(&self, request: &VerifiedRequest, policy: &Policy) -> Option<Answer> {
        let origin = self.fields.value("origin")?;
        let cors = policy.cors().filter(|_| *request.method() == Method::Options)?;
        self.fields.value("access-control-request-method")?;
        let methods = policy.methods(request.path());
        let fields = preflight(cors, origin, &methods).into_iter().chain([("Cache-Control", "no-store".to_owned())]);
        (!methods.is_empty()).then_some(Answer { status: 204, fields: fields.collect(), body: None })
    }

    /// Step 6, for a grant.
    fn forward(
        self,
        request: VerifiedRequest,
        grant: &Grant,
        provenance: &Provenance,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Step {
        let settings = memory.shared_settings();
        let origin = match &settings.origin {
            Ok(origin) => origin,
            Err(denial) => return self.deny(denial, integration(&request), Some(provenance), memory, now_ms),
        };
        let authority = &self.target.authority;
        let cors = memory.cors(self.fields.value("origin"));
        let forward = if !self.is_test && goes_by_class(grant, |name| self.fields.value(name)) {
            memory.plans.plan(grant, authority, origin, cors)
        } else if self.has_all_fields {
            let value = |name: &str| self.fields.value(name).map(str::to_owned);
            let arrival = arrival(authority, origin);
            let plan = plan(grant, arrival, self.fields.names(), value);
            let how = Forwarding::exactly(plan, arrival, origin.address.as_ref(), origin.timeout_ms);
            Forward { number: None, how: how.with_cors(cors).into(), counted_as: 0 }
        } else {
            return self.wait(Stage::Fields(request), Read::Fields);
        };
        self.grant(forward, integration(&request), provenance, memory, now_ms)
    }

    /// The request with what its operation reads an owner's id from, beside path and query.
    fn with_owner_fields(
        &self,
        request: &VerifiedRequest,
        fields: &OwnerFields<'_>,
    ) -> Result<VerifiedRequest, Denial> {
        let add = |request: VerifiedRequest, name: &&str| match self.fields.value(name) {
            Some(value) => request.with_header(name, value),
            None => request,
        };
        let request = fields.headers.iter().fold(request.clone(), add);
        if !fields.body {
            return Ok(request);
        }
        let body = self.body.as_deref().unwrap_or_default();
        let is_encoded = self.fields.value("content-encoding").is_some();
        let body = Body::parse(self.fields.value("content-type"), is_encoded, body);
        Ok(request.with_body(body.map_err(RequestError::from)?))
    }
}

/// The body that was read.
pub(super) fn body(reading: Reading) -> Result<Vec<u8>, Denial> {
    match reading {
        Reading::Bytes(body) => Ok(body),
        Reading::Nothing => Ok(Vec::new()),
        Reading::TooLong => Err(RequestError::from(BodyTooLong).into()),
        Reading::TooSlow | Reading::Failed(_) | Reading::Response { .. } | Reading::Verified(_) => {
            Err(Denial::ClientGone)
        }
    }
}

/// Whether the stores could say otherwise by now: what the denial rests on was remembered from an earlier request.
fn is_doubtful(denial: &Denial, provenance: &Provenance) -> bool {
    let is_memory = |of: Option<(Source, u64)>| of.is_some_and(|(source, _)| source == Source::Memory);
    let of_policy = !denial.is_of_record() && is_memory(provenance.policy);
    denial.may_be_outdated() && (is_memory(provenance.record) || of_policy)
}
