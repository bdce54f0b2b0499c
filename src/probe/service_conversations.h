// service_conversations — makers of the conversations with databases, middleware and displays that
// are one question and one answer. table_services.cpp lists them.
#pragma once

#include <memory>

#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

using ServiceConversation = std::unique_ptr<Conversation>;

// database_questions.cpp
[[nodiscard]] ServiceConversation make_oracle(const Setting& setting);  // tnsping
[[nodiscard]] ServiceConversation make_mssql(const Setting& setting);   // PRELOGIN

// middleware_questions.cpp
[[nodiscard]] ServiceConversation make_amqp(const Setting& setting);       // protocol header
[[nodiscard]] ServiceConversation make_zookeeper(const Setting& setting);  // srvr
[[nodiscard]] ServiceConversation make_t3(const Setting& setting);         // greeting
[[nodiscard]] ServiceConversation make_ajp(const Setting& setting);        // CPing
[[nodiscard]] ServiceConversation make_rmi(const Setting& setting);        // JRMI header
[[nodiscard]] ServiceConversation make_kafka(const Setting& setting);      // ApiVersions
[[nodiscard]] ServiceConversation make_x11(const Setting& setting);        // connection setup

}  // namespace qingdan::probe
